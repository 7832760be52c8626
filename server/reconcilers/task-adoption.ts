import { type TaskMemo, readMemo } from '../domain/task-memo.ts'
import type { Logger } from '../log.ts'
import type { Runtime, TaskObservation } from '../runtime/runtime.ts'
import type { Store, Transaction } from '../store/store.ts'
import { clusters, familyKey, taskDefinitionFamilies, taskDefinitions, tasks } from '../store/tables.ts'

export interface AdoptionParts {
  readonly store: Store
  readonly runtime: Runtime
  readonly log: Logger
  /** Whether this state once had the task: then it is on purpose that it has no row any more. */
  readonly wasKnown: (taskArn: string) => Promise<boolean>
  /** When the state was made of a snapshot, by an order: tasks of before that it does not have were left out by it. Milliseconds since the epoch. */
  readonly restoredAt: number | undefined
}

/**
 * Takes back the tasks that run and that this state never had: it was lost, or is an older one than that under which they
 * were started. Rows come from what was kept with the task; what is seen of it brings them up to date as after any restart.
 * To be done once, between the first full list of what runs and the first look at any key: a scheduler that looked before
 * would launch once more what runs. What cannot be taken back is left to OrphanTasks.
 *
 * Rejects with what the runtime or the store throws; nothing was taken back then.
 */
export const adoptTasks = async ({ store, runtime, log, wasKnown, restoredAt }: AdoptionParts): Promise<void> => {
  const unknown = [...runtime.list()].filter(({ taskArn }) => store.table(tasks).get(taskArn) === undefined)
  const memos: TaskMemo[] = []
  for (const observation of unknown) {
    const memo = (await wasKnown(observation.taskArn)) ? undefined : await memoOf(runtime, observation)
    if (memo !== undefined && !isLeftOut(memo, restoredAt)) memos.push(memo)
  }
  if (memos.length === 0) return
  await store.commit(transaction => {
    for (const memo of memos) putMissing(transaction, store, memo)
    for (const [, family] of newestRevisions(store, memos)) transaction.put(taskDefinitionFamilies, family)
  })
  const taskArns = memos.map(({ row }) => row.task.taskArn)
  log.warn({ taskArns }, 'took back tasks that run and of which the state did not tell')
}

const isLeftOut = ({ row }: TaskMemo, restoredAt: number | undefined): boolean =>
  restoredAt !== undefined && (row.task.createdAt ?? 0) * 1000 <= restoredAt

const memoOf = async (runtime: Runtime, { taskArn, taskId, namespace }: TaskObservation): Promise<TaskMemo | undefined> => {
  const text = await runtime.recall({ taskArn, taskId, namespace })
  const memo = text === undefined ? undefined : readMemo(text)
  const isOfTask = memo?.row.task.taskArn === taskArn && memo.row.taskId === taskId && memo.row.namespace === namespace
  return isOfTask ? memo : undefined
}

/** What the state has is newer than what was kept: it stays as it is, but for a cluster that has tasks again. */
const putMissing = (transaction: Transaction, store: Store, { row, cluster, definition }: TaskMemo): void => {
  transaction.put(tasks, row)
  if (store.table(clusters).get(cluster.cluster.clusterArn)?.cluster.status !== 'ACTIVE') transaction.put(clusters, cluster)
  if (definition === undefined) return
  if (store.table(taskDefinitions).get(definition.taskDefinition.taskDefinitionArn) === undefined) {
    transaction.put(taskDefinitions, definition)
  }
}

/** Families whose last revision is not known as high as it was: a number is never given twice. */
const newestRevisions = (store: Store, memos: readonly TaskMemo[]) => {
  const newest = new Map<string, { readonly scope: TaskMemo['row']['scope']; readonly family: string; readonly lastRevision: number }>()
  for (const { definition } of memos) {
    if (definition === undefined) continue
    const { scope } = definition
    const { family, revision } = definition.taskDefinition
    const key = familyKey(scope, family)
    const known = newest.get(key)?.lastRevision ?? store.table(taskDefinitionFamilies).get(key)?.lastRevision ?? 0
    if (revision > known) newest.set(key, { scope, family, lastRevision: revision })
  }
  return newest
}
