import type { Clock } from '../../shared/clock.ts'
import type { Backend } from '../backend/backend.ts'
import type { Logger } from '../log.ts'
import { LoadBalancerMetrics } from '../metrics/load-balancers.ts'
import { MetricPublisher } from '../metrics/metric-publisher.ts'
import { utilizations } from '../metrics/utilization.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import type { OpenedGateway } from './gateway.ts'
import type { Started } from './started.ts'

export interface PublishedMetricsParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly backend: Backend
  readonly metrics: { eachUtilization(service: ServiceRow, of: 'cpu' | 'memory'): readonly number[] }
  /** What carries traffic, where something does. */
  readonly carrier: Pick<OpenedGateway, 'readMetrics'> | undefined
  /** Milliseconds. */
  readonly scalingPeriodMs: number
  readonly started: Started
}

/** What services use, and what load balancers carry, is put into the backend's CloudWatch. */
export function publishMetrics({ carrier, metrics, scalingPeriodMs, started, ...parts }: PublishedMetricsParts): void {
  const publish = (of: string, measure: ConstructorParameters<typeof MetricPublisher>[0]['measure']): void => {
    const publisher = new MetricPublisher({ ...parts, of, measure, periodMs: scalingPeriodMs })
    started.add(`the metrics of ${of}`, () => publisher.stop())
  }
  publish('services', () => utilizations({ ...parts, eachUtilization: (service, of) => metrics.eachUtilization(service, of) }))
  if (carrier?.readMetrics === undefined) return
  const carried = new LoadBalancerMetrics({ ...parts, readMetrics: carrier.readMetrics, periodMs: scalingPeriodMs })
  publish('load balancers', () => carried.measure())
}
