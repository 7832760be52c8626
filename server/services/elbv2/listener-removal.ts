import { type ListenerRow, listeners, rules } from '../../store/elbv2-tables.ts'
import type { Transaction } from '../../store/store.ts'
import type { Elbv2Context } from './context.ts'
import { removeRule } from '../../store/rule-uses.ts'

/** Removes a listener with its rules; the answer is the target groups that they used. */
export function removeListener(context: Elbv2Context, transaction: Transaction, row: ListenerRow): readonly string[] {
  const own = [...context.store.table(rules).by('listener', row.listener.ListenerArn)]
  transaction.remove(listeners, row.listener.ListenerArn)
  return own.flatMap(({ rule }) => removeRule(context, transaction, rule.RuleArn))
}
