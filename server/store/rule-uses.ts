// A rule and which target groups it uses are always written together.
import { targetGroupsOf } from '../domain/elbv2/actions.ts'
import { type RuleRow, type TargetGroupUseRow, rules, targetGroupUseKey, targetGroupUses } from './elbv2-tables.ts'
import type { Store, Transaction } from './store.ts'

/** Writes a rule and which target groups it uses; the answer is all whose use may have changed. */
export function putRule({ store }: { readonly store: Store }, transaction: Transaction, row: RuleRow): readonly string[] {
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
export function removeRule({ store }: { readonly store: Store }, transaction: Transaction, ruleArn: string): readonly string[] {
  const used = usesOfRule(store, ruleArn).map(use => use.targetGroupArn)
  for (const arn of used) transaction.remove(targetGroupUses, targetGroupUseKey(arn, ruleArn))
  transaction.remove(rules, ruleArn)
  return used
}

// A list of its own, for rows are removed while it is gone through.
const usesOfRule = (store: Store, ruleArn: string): readonly TargetGroupUseRow[] => [...store.table(targetGroupUses).by('rule', ruleArn)]
