import type { Clock } from '../../shared/clock.ts'
import { type Metric, statisticsOf } from '../backend/cloudwatch.ts'
import { nameInArn } from '../domain/arn.ts'
import { type ServiceRow, services } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import { type Measured, MeasuredByPlace } from './metric-publisher.ts'

export interface UtilizationParts {
  readonly store: Store
  readonly clock: Clock
  /** Percent of what it reserves, of each running task of a service. */
  readonly eachUtilization: (service: ServiceRow, of: 'cpu' | 'memory') => readonly number[]
}

const metricNames = [
  ['CPUUtilization', 'cpu'],
  ['MemoryUtilization', 'memory'],
] as const

/**
 * The metrics of services as ECS has them: CPUUtilization and MemoryUtilization, a sample of each running task.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
 */
export function utilizations({ store, clock, eachUtilization }: UtilizationParts): readonly Measured[] {
  const measured = new MeasuredByPlace()
  for (const row of store.table(services).all()) {
    const { serviceName, clusterArn } = row.service
    const dimensions = { ClusterName: nameInArn(clusterArn), ServiceName: serviceName }
    const metrics = metricNames.flatMap(([name, of]): readonly Metric[] => {
      const samples = eachUtilization(row, of)
      return samples.length === 0 ? [] : [{ name, dimensions, unit: 'Percent', at: clock.now(), statistics: statisticsOf(samples) }]
    })
    measured.add('AWS/ECS', row.scope, metrics)
  }
  return measured.all()
}
