import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteDaemonRequest, DeleteDaemonResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import type { EcsContext } from '../context.ts'
import { findDaemon } from '../daemons/find-daemon.ts'
import { daemons } from '../../../store/ecs-daemon-tables.ts'

/**
 * Stops a daemon's tasks; once they are STOPPED it is gone, with its revisions and deployments.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteDaemon.html
 */
export async function deleteDaemon(context: EcsContext, input: DeleteDaemonRequest): Promise<DeleteDaemonResponse> {
  const row = await context.store.commit(transaction => {
    const found = findDaemon(context, input.daemonArn)
    if (found.deletedAt !== undefined) throw new ServiceError('DaemonNotActiveException', 'Daemon is not active.')
    const now = context.clock.now()
    const deleted = { ...found, deletedAt: now, updatedAt: now }
    transaction.put(daemons, deleted)
    return deleted
  })
  context.wake('daemon', row.daemonArn)
  return {
    daemonArn: row.daemonArn,
    status: 'DELETE_IN_PROGRESS',
    createdAt: epochSeconds(row.createdAt),
    updatedAt: epochSeconds(row.updatedAt),
    deploymentArn: row.deploymentArn,
  }
}
