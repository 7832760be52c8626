// Differs from AWS: the tasks are replaced where they run, as many at a time as drainPercent says but at least one, where AWS
// replaces the instances. Alarms are kept only.
import { ServiceError } from '../../../aws/errors.ts'
import type { UpdateDaemonRequest, UpdateDaemonResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { nameInArn } from '../../../domain/arn.ts'
import { isOpen } from '../../../domain/daemons/deployment.ts'
import type { EcsContext } from '../context.ts'
import { checkDaemon, launchDaemon, putLaunch } from '../daemons/daemon-launch.ts'
import { findDaemon } from '../daemons/find-daemon.ts'
import { releaseTaskDefinition } from '../../../store/forget-daemon.ts'
import { daemonDeployments, daemons } from '../../../store/ecs-daemon-tables.ts'

/**
 * Gives a daemon another task definition, other capacity providers and settings, by a new deployment.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateDaemon.html
 */
export async function updateDaemon(context: EcsContext, input: UpdateDaemonRequest): Promise<UpdateDaemonResponse> {
  const row = await context.store.commit(transaction => {
    const found = findDaemon(context, input.daemonArn)
    if (found.deletedAt !== undefined) throw new ServiceError('DaemonNotActiveException', 'Daemon is not active.')
    checkDaemon(context, input, nameInArn(found.clusterArn))
    const launch = launchDaemon(context, input, { ...found, before: found.revisionArn })
    const last = context.store.table(daemonDeployments).get(found.deploymentArn)
    // What a deployment brought that did not succeed never ran everywhere: it is nothing to roll back to.
    const hasSettled = last === undefined || !(isOpen(last) || last.deployment.status === 'ROLLBACK_FAILED')
    const former = hasSettled ? found.revisionArn : found.formerRevisionArn
    if (last !== undefined && isOpen(last)) {
      const at = epochSeconds(context.clock.now())
      const statusReason = 'A newer daemon deployment took its place.'
      const deployment = { ...last.deployment, status: 'STOPPED', statusReason, stoppedAt: at, finishedAt: at } as const
      transaction.put(daemonDeployments, { ...last, deployment })
    }
    putLaunch(transaction, launch)
    if (former !== found.revisionArn) releaseTaskDefinition(context, transaction, { daemonArn: found.daemonArn, left: found.revisionArn })
    const { failedTasks: _, failedAt: __, formerRevisionArn: ___, ...rest } = found
    const changed = {
      ...rest,
      ...(former === undefined ? {} : { formerRevisionArn: former }),
      capacityProviderArns: input.capacityProviderArns,
      deploymentArn: launch.deployment.deployment.daemonDeploymentArn,
      revisionArn: launch.revision.revision.daemonRevisionArn,
      updatedAt: context.clock.now(),
    }
    transaction.put(daemons, changed)
    return changed
  })
  context.wake('daemon', row.daemonArn)
  return {
    daemonArn: row.daemonArn,
    status: 'ACTIVE',
    createdAt: epochSeconds(row.createdAt),
    updatedAt: epochSeconds(row.updatedAt),
    deploymentArn: row.deploymentArn,
  }
}
