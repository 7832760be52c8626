// What rules forward to, read and changed as ModifyRule would: a network load balancer's listener stands for its one rule.
import type { Action } from '../aws/generated/elbv2.ts'
import { sameJson } from '../domain/same-json.ts'
import type { RuleForward, TrafficShift } from '../domain/services/traffic.ts'
import { type RuleRow, listeners, rules } from './elbv2-tables.ts'
import { putRule } from './rule-uses.ts'
import type { Store, Transaction } from './store.ts'

const ruleRow = (store: Store, arn: string): RuleRow | undefined => {
  const listener = store.table(listeners).get(arn)
  return store.table(rules).get(listener?.defaultRuleArn ?? arn)
}

/** How a rule forwards; undefined where there is none. */
export const readForward = (store: Store, arn: string): RuleForward | undefined => {
  const row = ruleRow(store, arn)
  if (row === undefined) return undefined
  const actions = row.rule.Actions ?? []
  return {
    isForwardOnly: actions.length > 0 && actions.every(({ Type }) => Type === 'forward'),
    groups: actions.flatMap(({ ForwardConfig }) =>
      (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn = '', Weight = 1 }) => ({
        targetGroupArn: TargetGroupArn,
        weight: Weight,
      })),
    ),
  }
}

/** What has to be looked at again after a rule changed. */
export interface ChangedRule {
  readonly loadBalancerArn: string
  readonly targetGroupArns: readonly string[]
}

/** Writes what a rule forwards to; undefined where it does so already, or is not there any more. */
export const writeForward = (store: Store, transaction: Transaction, { ruleArn, groups }: TrafficShift): ChangedRule | undefined => {
  const row = ruleRow(store, ruleArn)
  if (row === undefined) return undefined
  const TargetGroups = groups.map(({ targetGroupArn, weight }) => ({ TargetGroupArn: targetGroupArn, Weight: weight }))
  const Actions = (row.rule.Actions ?? []).map((action): Action => {
    if (action.Type !== 'forward') return action
    const { TargetGroupArn: _, ...rest } = action
    return { ...rest, ForwardConfig: { ...action.ForwardConfig, TargetGroups } }
  })
  if (isSame(row.rule.Actions ?? [], Actions)) return undefined
  return {
    loadBalancerArn: row.loadBalancerArn,
    targetGroupArns: putRule({ store }, transaction, { ...row, rule: { ...row.rule, Actions } }),
  }
}

/** Whatever order the target groups are in. */
const isSame = (before: readonly Action[], after: readonly Action[]): boolean => {
  const weights = (actions: readonly Action[]): unknown =>
    actions.map(({ ForwardConfig }) =>
      (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn, Weight }) => `${TargetGroupArn} ${Weight}`).toSorted(),
    )
  return sameJson(weights(before), weights(after))
}
