// A rule's actions point to target groups: what has to be there, and what is written with the rule.
import { ServiceError } from '../../aws/errors.ts'
import type { Action, Listener } from '../../aws/generated/elbv2.ts'
import { targetGroupsOf } from '../../domain/elbv2/actions.ts'
import { checkAlike, checkCompatible } from '../../domain/elbv2/compatibility.ts'
import { quotas } from '../../domain/elbv2/quotas.ts'
import {
  type LoadBalancerRow,
  type RuleRow,
  type TargetGroupRow,
  type TargetGroupUseRow,
  rules,
  targetGroupUseKey,
  targetGroupUses,
} from '../../store/elbv2-tables.ts'
import type { Transaction } from '../../store/store.ts'
import type { Elbv2Context } from './context.ts'
import { findTargetGroup } from './find.ts'
import { loadBalancersOf } from './uses.ts'

/** Throws where the target groups of actions are not there, do not fit the listener or belong to another load balancer. */
export function checkForwarding(
  context: Elbv2Context,
  { loadBalancer, isNetworkKnown }: LoadBalancerRow,
  listener: Pick<Listener, 'Protocol'>,
  actions: readonly Action[],
): void {
  const rows = targetGroupsOf(actions).map(arn => findTargetGroup(context, arn))
  const groups = rows.map(row => row.targetGroup)
  checkCompatible({ ...loadBalancer, isNetworkKnown }, listener, groups)
  checkAlike(groups)
  checkFree(context, loadBalancer.LoadBalancerArn, rows)
  checkQuota(context, loadBalancer.LoadBalancerArn, rows)
}

function checkFree({ store }: Elbv2Context, loadBalancerArn: string, rows: readonly TargetGroupRow[]): void {
  const taken = rows.filter(({ targetGroup }) => loadBalancersOf(store, targetGroup.TargetGroupArn).some(arn => arn !== loadBalancerArn))
  if (taken.length === 0) return
  const arns = taken.map(({ targetGroup }) => targetGroup.TargetGroupArn).join(', ')
  throw new ServiceError(
    'TargetGroupAssociationLimitException',
    `The following target groups cannot be associated with more than one load balancer: ${arns}`,
  )
}

function checkQuota({ store }: Elbv2Context, loadBalancerArn: string, rows: readonly TargetGroupRow[]): void {
  const most = quotas['target-groups-per-application-load-balancer']
  const arns = new Set([...store.table(targetGroupUses).by('loadBalancer', loadBalancerArn)].map(use => use.targetGroupArn))
  for (const { targetGroup } of rows) arns.add(targetGroup.TargetGroupArn)
  if (arns.size <= most) return
  throw new ServiceError(
    'TooManyUniqueTargetGroupsPerLoadBalancerException',
    `A load balancer can have at most ${most} unique target groups`,
  )
}

/** Writes a rule and which target groups it uses; the answer is all whose use may have changed. */
export function putRule({ store }: Pick<Elbv2Context, 'store'>, transaction: Transaction, row: RuleRow): readonly string[] {
  const { RuleArn: ruleArn, Actions } = row.rule
  const wanted = new Set(targetGroupsOf(Actions))
  const before = usesOfRule(store, ruleArn)
  for (const use of before) {
    if (!wanted.has(use.targetGroupArn)) transaction.remove(targetGroupUses, targetGroupUseKey(use.targetGroupArn, ruleArn))
  }
  for (const targetGroupArn of wanted) {
    const { listenerArn, loadBalancerArn } = row
    transaction.put(targetGroupUses, { targetGroupArn, ruleArn, listenerArn, loadBalancerArn })
  }
  transaction.put(rules, row)
  return [...new Set([...before.map(use => use.targetGroupArn), ...wanted])]
}

/** Removes a rule and that it uses target groups; the answer is which it used. */
export function removeRule({ store }: Pick<Elbv2Context, 'store'>, transaction: Transaction, ruleArn: string): readonly string[] {
  const used = usesOfRule(store, ruleArn).map(use => use.targetGroupArn)
  for (const arn of used) transaction.remove(targetGroupUses, targetGroupUseKey(arn, ruleArn))
  transaction.remove(rules, ruleArn)
  return used
}

// A list of its own, for rows are removed while it is gone through.
const usesOfRule = (store: Elbv2Context['store'], ruleArn: string): readonly TargetGroupUseRow[] => [
  ...store.table(targetGroupUses).by('rule', ruleArn),
]
