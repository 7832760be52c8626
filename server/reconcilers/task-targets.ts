// A task's targets, read from and written to the store.
import type { Ids } from '../../shared/ids.ts'
import { withEvents } from '../domain/services/records.ts'
import { type TargetMoves, moveTargets } from '../domain/services/task-targets.ts'
import { targetGroupUses, targetGroups, targetHealth, targetKey, targets } from '../store/elbv2-tables.ts'
import { serviceEvents } from '../store/service-tables.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { TaskRow } from '../store/tables.ts'

/** What a task's step does to its targets. `node` is the machine that it runs on, once that is known. */
export const targetMoves = (store: Store, row: TaskRow, node: string | undefined, now: number): TargetMoves =>
  moveTargets(row, {
    group: arn => store.table(targetGroups).get(arn),
    isUsed: arn => store.table(targetGroupUses).count('targetGroup', arn) > 0,
    target: (arn, target) => store.table(targets).get(targetKey(arn, target)),
    node,
    now,
  })

export interface WritingParts {
  readonly store: Store
  readonly ids: Ids
  readonly now: number
}

/** Writes it, but for the task's row. */
export const writeMoves = (
  transaction: Transaction,
  { row, registered, draining, gone, messages }: TargetMoves,
  parts: WritingParts,
): void => {
  const { store, ids, now } = parts
  for (const target of registered) {
    const key = targetKey(target.targetGroupArn, target.target)
    // What was found of another one at the same address says nothing of this one.
    if (target.registeredAt === now) transaction.remove(targetHealth, key)
    transaction.put(targets, target)
  }
  for (const target of draining) transaction.put(targets, target)
  for (const { targetGroupArn, target } of gone) {
    transaction.remove(targets, targetKey(targetGroupArn, target))
    transaction.remove(targetHealth, targetKey(targetGroupArn, target))
  }
  const { serviceArn } = row
  if (messages.length === 0 || serviceArn === undefined) return
  const events = store.table(serviceEvents).get(serviceArn) ?? { serviceArn, events: [] }
  transaction.put(serviceEvents, withEvents(events, messages, ids, now))
}
