import { type ListenerRow, listeners, rules } from './elbv2-tables.ts'
import { removeRule } from './rule-uses.ts'
import type { Store, Transaction } from './store.ts'

/** Removes a listener with its rules; the answer is the target groups that they used. */
export function removeListener(context: { readonly store: Store }, transaction: Transaction, row: ListenerRow): readonly string[] {
  const own = [...context.store.table(rules).by('listener', row.listener.ListenerArn)]
  transaction.remove(listeners, row.listener.ListenerArn)
  return own.flatMap(({ rule }) => removeRule(context, transaction, rule.RuleArn))
}
