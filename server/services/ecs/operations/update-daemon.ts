// Differs from AWS: kept only: no task is started or stopped, and each deployment is SUCCESSFUL at once.
import type { UpdateDaemonRequest, UpdateDaemonResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { nameInArn } from '../../../domain/arn.ts'
import type { EcsContext } from '../context.ts'
import { checkDaemon, launchDaemon, putLaunch } from '../daemons/daemon-launch.ts'
import { findDaemon } from '../daemons/find-daemon.ts'
import { releaseTaskDefinition } from '../daemons/forget-daemon.ts'
import { daemons } from '../../../store/ecs-daemon-tables.ts'

/**
 * Gives a daemon another task definition, other capacity providers and settings, by a new deployment.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateDaemon.html
 */
export async function updateDaemon(context: EcsContext, input: UpdateDaemonRequest): Promise<UpdateDaemonResponse> {
  const row = await context.store.commit(transaction => {
    const found = findDaemon(context, input.daemonArn)
    checkDaemon(context, input, nameInArn(found.clusterArn))
    const launch = launchDaemon(context, input, { ...found, before: found.revisionArn })
    releaseTaskDefinition(context, transaction, found)
    putLaunch(transaction, launch)
    const changed = {
      ...found,
      capacityProviderArns: input.capacityProviderArns,
      deploymentArn: launch.deployment.deployment.daemonDeploymentArn,
      revisionArn: launch.revision.revision.daemonRevisionArn,
      updatedAt: context.clock.now(),
    }
    transaction.put(daemons, changed)
    return changed
  })
  return {
    daemonArn: row.daemonArn,
    status: 'ACTIVE',
    createdAt: epochSeconds(row.createdAt),
    updatedAt: epochSeconds(row.updatedAt),
    deploymentArn: row.deploymentArn,
  }
}
