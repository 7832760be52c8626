// Rows of registered targets, and what else is kept with them.
import { type TargetRow, targetHealth, targetKey, targets } from './elbv2-tables.ts'
import type { Store, Transaction } from './store.ts'

/** A list of its own, so that rows may be removed while it is gone through. */
export const targetsOf = (store: Store, targetGroupArn: string): readonly TargetRow[] => [
  ...store.table(targets).by('targetGroup', targetGroupArn),
]

/** Removes a target and what its checks found. */
export function removeTarget(transaction: Transaction, { targetGroupArn, target }: TargetRow): void {
  const key = targetKey(targetGroupArn, target)
  transaction.remove(targets, key)
  transaction.remove(targetHealth, key)
}
