// Which load balancers' rules forward to which target groups.
import { type TargetGroupUseRow, targetGroupUses } from '../../store/elbv2-tables.ts'
import type { Store } from '../../store/store.ts'

export const usesOf = (store: Store, targetGroupArn: string): Iterable<TargetGroupUseRow> =>
  store.table(targetGroupUses).by('targetGroup', targetGroupArn)

export const isUsed = (store: Store, targetGroupArn: string): boolean =>
  store.table(targetGroupUses).count('targetGroup', targetGroupArn) > 0

/** The ARNs of load balancers that forward to a target group, each once. */
export const loadBalancersOf = (store: Store, targetGroupArn: string): readonly string[] => [
  ...new Set([...usesOf(store, targetGroupArn)].map(use => use.loadBalancerArn)),
]
