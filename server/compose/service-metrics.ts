import type { Use } from '../agents/usage-reports.ts'
import { reservedBy } from '../domain/placement.ts'
import type { Measured, ServiceMetrics } from '../reconcilers/service-metrics.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import { tasks } from '../store/tables.ts'

export interface ReportedMetricsParts {
  readonly store: Store
  /** What a task uses, as its node's agent tells it; undefined where there are no agents. */
  readonly usage: { of(taskArn: string): Use | undefined } | undefined
}

/** What services use of what their tasks reserve. Nothing counts load balancers' requests. */
export class ReportedMetrics implements ServiceMetrics {
  readonly #parts: ReportedMetricsParts

  constructor(parts: ReportedMetricsParts) {
    this.#parts = parts
  }

  /** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html */
  async utilization(service: ServiceRow, of: 'cpu' | 'memory'): Promise<Measured> {
    if (this.#parts.usage === undefined) return 'unmeasured'
    const measured = this.#usesOf(service)
    const reserved = measured.reduce((sum, each) => sum + each.reserved[of], 0)
    const used = measured.reduce((sum, each) => sum + each.used[of], 0)
    return reserved === 0 ? 'unknown' : (used / reserved) * 100
  }

  async requestsPerTarget(): Promise<Measured> {
    return 'unmeasured'
  }

  /** Percent of what it reserves, of each running task that was told of; tasks that reserve none are left out. */
  eachUtilization(service: ServiceRow, of: 'cpu' | 'memory'): readonly number[] {
    return this.#usesOf(service).flatMap(({ used, reserved }) => (reserved[of] === 0 ? [] : [(used[of] / reserved[of]) * 100]))
  }

  #usesOf({ service }: ServiceRow): readonly { readonly used: Use; readonly reserved: Use }[] {
    const running = [...this.#parts.store.table(tasks).by('service', service.serviceArn)].filter(
      ({ task }) => task.lastStatus === 'RUNNING',
    )
    return running.flatMap(row => {
      const used = this.#parts.usage?.of(row.task.taskArn)
      return used === undefined ? [] : [{ used, reserved: reservedBy(row) }]
    })
  }
}
