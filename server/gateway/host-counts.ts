import { targetHealthOf } from '../domain/elbv2/target-health.ts'
import { targetGroups, targetHealth, targetKey, targets } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'

/** Targets of a group that are not being deregistered. */
export interface HostCounts {
  readonly registered: number
  readonly healthy: number
  readonly unhealthy: number
}

/**
 * As HealthyHostCount and UnHealthyHostCount tell of a group: of one whose targets nobody checks, nothing.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export const hostCounts = (store: Store, targetGroupArn: string, now: number): HostCounts => {
  const group = store.table(targetGroups).get(targetGroupArn)
  if (group === undefined || !group.targetGroup.HealthCheckEnabled) return { registered: 0, healthy: 0, unhealthy: 0 }
  const rows = [...store.table(targets).by('targetGroup', targetGroupArn)].filter(({ drainingUntil }) => drainingUntil === undefined)
  const states = rows.map(row => {
    const found = store.table(targetHealth).get(targetKey(targetGroupArn, row.target))
    return targetHealthOf({ row, found, targetGroup: group.targetGroup, isUsed: true, now }).State
  })
  const count = (state: string): number => states.filter(each => each === state).length
  return { registered: rows.length, healthy: count('healthy'), unhealthy: count('unhealthy') }
}
