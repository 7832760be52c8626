// Differs from AWS: a daemon is gone at once: it has no tasks to wait for.
import type { DeleteDaemonRequest, DeleteDaemonResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import type { EcsContext } from '../context.ts'
import { findDaemon } from '../daemons/find-daemon.ts'
import { forgetDaemon } from '../daemons/forget-daemon.ts'

/**
 * Deletes a daemon with its revisions and deployments.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteDaemon.html
 */
export async function deleteDaemon(context: EcsContext, input: DeleteDaemonRequest): Promise<DeleteDaemonResponse> {
  const row = await context.store.commit(transaction => {
    const found = findDaemon(context, input.daemonArn)
    forgetDaemon(context, transaction, found)
    return found
  })
  return {
    daemonArn: row.daemonArn,
    status: 'DELETE_IN_PROGRESS',
    createdAt: epochSeconds(row.createdAt),
    updatedAt: epochSeconds(context.clock.now()),
    deploymentArn: row.deploymentArn,
  }
}
