import type { Clock } from '../../shared/clock.ts'
import { reservedBy } from '../domain/placement.ts'
import type { Measured, ServiceMetrics } from '../reconcilers/service-metrics.ts'
import type { Runtime, TaskUsage } from '../runtime/runtime.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import { tasks } from '../store/tables.ts'

export interface RuntimeMetricsParts {
  readonly store: Store
  readonly clock: Clock
  readonly runtime: Pick<Runtime, 'usage'>
}

/** How old an answer of the machines may be. Milliseconds. */
const freshMs = 15_000

/** What services use of what their tasks reserve, as their machines tell it. Nothing counts load balancers' requests. */
export class RuntimeMetrics implements ServiceMetrics {
  readonly #parts: RuntimeMetricsParts
  #last: { readonly at: number; readonly usage: Promise<ReadonlyMap<string, TaskUsage>> } | undefined

  constructor(parts: RuntimeMetricsParts) {
    this.#parts = parts
  }

  /** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html */
  async utilization({ service }: ServiceRow, of: 'cpu' | 'memory'): Promise<Measured> {
    const usage = await this.#usage()
    if (usage === undefined) return 'unmeasured'
    const running = [...this.#parts.store.table(tasks).by('service', service.serviceArn)].filter(
      ({ task }) => task.lastStatus === 'RUNNING',
    )
    const measured = running.flatMap(row => {
      const used = usage.get(row.taskId)
      return used === undefined ? [] : [{ used: used[of], reserved: reservedBy(row)[of] }]
    })
    const reserved = measured.reduce((sum, each) => sum + each.reserved, 0)
    const used = measured.reduce((sum, each) => sum + each.used, 0)
    return reserved === 0 ? 'unknown' : (used / reserved) * 100
  }

  async requestsPerTarget(): Promise<Measured> {
    return 'unmeasured'
  }

  /** One answer for all services that ask within a moment. */
  async #usage(): Promise<ReadonlyMap<string, TaskUsage> | undefined> {
    const { runtime, clock } = this.#parts
    if (runtime.usage === undefined) return undefined
    const now = clock.now()
    if (this.#last === undefined || now - this.#last.at >= freshMs) this.#last = { at: now, usage: runtime.usage() }
    return this.#last.usage
  }
}
