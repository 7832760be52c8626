// Differs from AWS: one that no daemon uses is DELETE_IN_PROGRESS for half a second; one that is used, until the daemon is deleted
// or runs another. A DELETED one is described for an hour.
import type { DeleteDaemonTaskDefinitionRequest, DeleteDaemonTaskDefinitionResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { type DaemonTaskDefinitionRow, daemonTaskDefinitions } from '../../../store/ecs-daemon-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import { scopeOf, tasks } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findDaemonTaskDefinition } from '../daemons/find-daemon-task-definition.ts'
import { isUsedByDaemon } from '../../../store/forget-daemon.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

const deletedRetentionMs = 3_600_000

/**
 * Deletes a revision.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteDaemonTaskDefinition.html
 */
export async function deleteDaemonTaskDefinition(
  context: EcsContext,
  input: DeleteDaemonTaskDefinitionRequest,
): Promise<DeleteDaemonTaskDefinitionResponse> {
  refuseIf(!/:\d+$/.test(input.daemonTaskDefinition), 'Revision is missing.')
  return context.store.commit(transaction => {
    const row = findDaemonTaskDefinition(context, input.daemonTaskDefinition)
    const { daemonTaskDefinitionArn } = row.daemonTaskDefinition
    const now = context.clock.now()
    forgetDeleted(context, transaction, now - deletedRetentionMs)
    if (row.daemonTaskDefinition.status === 'ACTIVE') {
      const status = isUsedByDaemon(context, daemonTaskDefinitionArn) ? 'DELETE_IN_PROGRESS' : 'DELETED'
      const daemonTaskDefinition = { ...row.daemonTaskDefinition, status, deleteRequestedAt: epochSeconds(now) } as const
      transaction.put(daemonTaskDefinitions, { ...row, daemonTaskDefinition })
    }
    return { daemonTaskDefinitionArn }
  })
}

/** Tasks of a daemon that has another by now may still be stopping. */
const hasTasks = ({ store }: EcsContext, { daemonTaskDefinitionArn }: DaemonTaskDefinitionRow['daemonTaskDefinition']): boolean =>
  [...store.table(tasks).by('taskDefinition', daemonTaskDefinitionArn)].some(({ task }) => task.lastStatus !== 'STOPPED')

/** Nothing else wakes for these rows, and there are few of them. */
function forgetDeleted(context: EcsContext, transaction: Transaction, before: number): void {
  for (const { daemonTaskDefinition: each } of context.store
    .table(daemonTaskDefinitions)
    .by('scope', scopeOf(context.account, context.region))) {
    if (each.status !== 'DELETED' || (each.deleteRequestedAt ?? 0) * 1000 > before || hasTasks(context, each)) continue
    transaction.remove(daemonTaskDefinitions, each.daemonTaskDefinitionArn)
  }
}
