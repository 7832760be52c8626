import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { groupService } from '../domain/elbv2/routing/http-groups.ts'
import type { Logger } from '../log.ts'
import { targetGroups } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import { countsOf, grownBy, requestCounts } from './gateway-counts.ts'
import { hostCounts } from './host-counts.ts'

export interface GroupRequestsParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  /** The gateway's own metrics, for Prometheus; rejects where it does not answer. */
  readonly readMetrics: () => Promise<string>
  /** How often somebody asks who scales by it: what counts as a minute. Milliseconds. */
  readonly periodMs: number
}

interface Sample {
  readonly at: number
  /** Requests that services of the gateway had since it started. */
  readonly counts: ReadonlyMap<string, number>
}

// Parts of a period.
/** Asked again by another policy in the same round, the same answer does. */
const fresh = 0.1
/** What is compared to is about a period old. */
const leastAge = 0.5
const mostAge = 2.5

/**
 * How many requests target groups have, as the gateway counts them: nobody counts twice, and nothing is asked while nobody wants
 * to know.
 */
export class GroupRequests {
  readonly #parts: GroupRequestsParts
  /** Oldest first. */
  #samples: readonly Sample[] = []

  constructor(parts: GroupRequestsParts) {
    this.#parts = parts
  }

  /**
   * Requests in a period that each healthy target of a group had since about one ago: RequestCountPerTarget of CloudWatch.
   * Undefined where it was not asked for within that time, the gateway does not answer, or there is no such group.
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
   */
  async perTarget(targetGroupArn: string): Promise<number | undefined> {
    const { store, clock } = this.#parts
    const group = store.table(targetGroups).get(targetGroupArn)
    const newest = await this.#sample()
    if (group === undefined || newest === undefined) return undefined
    const before = this.#samples.findLast(({ at }) => at <= clock.now() - leastAge * this.#parts.periodMs)
    if (before === undefined) return undefined
    const service = groupService(targetGroupArn)
    const requests = grownBy(before.counts.get(service) ?? 0, newest.counts.get(service) ?? 0)
    const inPeriod = (requests * this.#parts.periodMs) / (newest.at - before.at)
    return inPeriod / Math.max(1, hostCounts(store, targetGroupArn, clock.now()).healthy)
  }

  async #sample(): Promise<Sample | undefined> {
    const { clock, log, readMetrics, periodMs } = this.#parts
    const last = this.#samples.at(-1)
    if (last !== undefined && clock.now() - last.at < fresh * periodMs) return last
    try {
      const counts = requestCounts(countsOf(await readMetrics()))
      const sample = { at: clock.now(), counts }
      this.#samples = [...this.#samples.filter(({ at }) => at >= sample.at - mostAge * periodMs), sample]
      return sample
    } catch (error) {
      log.debug({ err: error }, `the gateway does not say how many requests there were: ${messageOf(error)}`)
      return undefined
    }
  }
}
