import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Backend, BackendPlace } from '../backend/backend.ts'
import { type Metric, putMetrics } from '../backend/cloudwatch.ts'
import { nameInArn } from '../domain/arn.ts'
import type { Logger } from '../log.ts'
import { type ServiceRow, services } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'

export interface UtilizationPublisherParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly backend: Backend
  /** Percent of what it reserves, of each running task of a service. */
  readonly eachUtilization: (service: ServiceRow, of: 'cpu' | 'memory') => readonly number[]
  /** AWS puts them each minute. Milliseconds. */
  readonly periodMs: number
}

/**
 * Puts the metrics of services into the backend's CloudWatch, as ECS does: CPUUtilization and MemoryUtilization, a sample
 * of each running task. What cannot be put is lost, as it is then of the past.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
 */
export class UtilizationPublisher {
  readonly #parts: UtilizationPublisherParts
  readonly #abort = new AbortController()
  #cancel: () => void = () => {}
  #publishing: Promise<void> = Promise.resolve()
  #hasFailed = false

  constructor(parts: UtilizationPublisherParts) {
    this.#parts = parts
    this.#wait()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#cancel()
    await this.#publishing
  }

  #wait(): void {
    const { clock, periodMs } = this.#parts
    this.#cancel = clock.after(periodMs - (clock.now() % periodMs), () => {
      this.#publishing = this.#publish().finally(() => {
        if (!this.#abort.signal.aborted) this.#wait()
      })
    })
  }

  async #publish(): Promise<void> {
    const { backend, log } = this.#parts
    try {
      for (const { place, metrics } of this.#measured())
        await putMetrics(backend, 'AWS/ECS', metrics, place, { signal: this.#abort.signal })
      this.#hasFailed = false
    } catch (error) {
      if (this.#abort.signal.aborted) return
      if (!this.#hasFailed) log.warn(`the metrics of services could not be put into the backend's CloudWatch: ${messageOf(error)}`)
      this.#hasFailed = true
    }
  }

  /** By account and region. */
  #measured(): Iterable<{ readonly place: BackendPlace; readonly metrics: Metric[] }> {
    const { store, clock, eachUtilization } = this.#parts
    const found = new Map<string, { readonly place: BackendPlace; readonly metrics: Metric[] }>()
    for (const row of store.table(services).all()) {
      const { serviceName, clusterArn } = row.service
      const dimensions = { ClusterName: nameInArn(clusterArn), ServiceName: serviceName }
      for (const [name, of] of [
        ['CPUUtilization', 'cpu'],
        ['MemoryUtilization', 'memory'],
      ] as const) {
        const samples = eachUtilization(row, of)
        if (samples.length === 0) continue
        const [account = '', region = ''] = row.scope.split('/')
        const ofScope = found.get(row.scope) ?? { place: { account, region }, metrics: [] }
        ofScope.metrics.push({ name, dimensions, unit: 'Percent', at: clock.now(), samples })
        found.set(row.scope, ofScope)
      }
    }
    return found.values()
  }
}
