import type { Use } from '../agents/usage-reports.ts'
import { parseArn } from '../domain/arn.ts'
import { reservedBy } from '../domain/placement.ts'
import type { GroupRequests } from '../gateway/group-requests.ts'
import type { Measured, ServiceMetrics } from '../reconcilers/service-metrics.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import { tasks } from '../store/tables.ts'

export interface ReportedMetricsParts {
  readonly store: Store
  /** What a task uses, as its node's agent tells it; undefined where there are no agents. */
  readonly usage: { of(taskArn: string): Use | undefined } | undefined
  /** Requests of target groups; absent where nothing carries traffic. */
  readonly requests?: Pick<GroupRequests, 'perTarget'> | undefined
}

/** What services use of what their tasks reserve, and what load balancers send them. */
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

  /** The label is `app/NAME/ID/targetgroup/NAME/ID`: of a load balancer and a target group of the service's account and region. */
  async requestsPerTarget({ service }: ServiceRow, resourceLabel: string): Promise<Measured> {
    const { requests } = this.#parts
    if (requests === undefined) return 'unmeasured'
    const { account, region } = parseArn(service.serviceArn) ?? {}
    const group = resourceLabel.slice(resourceLabel.indexOf('/targetgroup/') + 1)
    return (await requests.perTarget(`arn:aws:elasticloadbalancing:${region}:${account}:${group}`)) ?? 'unknown'
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
