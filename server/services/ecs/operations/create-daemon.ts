// Differs from AWS: every ACTIVE container instance of the cluster is taken for one of the daemon's capacity providers, and
// counted with the first; its tasks have the launch type EC2. Other tasks do not wait for a critical daemon, and alarms are
// kept only.
import type { CreateDaemonRequest, CreateDaemonResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { checkDaemon, digestOfDaemon, launchDaemon, putLaunch, refuseDifferentDaemon } from '../daemons/daemon-launch.ts'
import { daemonArn as arnOf } from '../daemons/find-daemon.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { daemons } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonRow } from '../../../store/ecs-daemon-tables.ts'

/**
 * Makes a daemon of a cluster. A call that is repeated with the same token is answered as the first was.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateDaemon.html
 */
export async function createDaemon(context: EcsContext, input: CreateDaemonRequest): Promise<CreateDaemonResponse> {
  const { daemonName, clientToken } = input
  refuseIf(!/^[a-zA-Z0-9\-_]{1,255}$/.test(daemonName), `DaemonName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was ${daemonName}`)
  refuseIf(clientToken !== undefined && !/^[!-~]{1,36}$/.test(clientToken), 'clientToken must match ^[!-~]{1,36}$')
  const requestDigest = digestOfDaemon(input)
  const tags = checkTags(input.tags)
  const row = await context.store.commit(transaction => {
    const { cluster, scope } = findCluster(context, input.clusterArn)
    const { clusterArn, clusterName } = cluster
    const daemonArn = arnOf(context, clusterName, daemonName)
    const existing = context.store.table(daemons).get(daemonArn)
    if (existing !== undefined) {
      const isRepeated = clientToken !== undefined && existing.clientToken === clientToken && existing.requestDigest === requestDigest
      return isRepeated ? existing : refuseDifferentDaemon(daemonArn)
    }
    checkDaemon(context, input, clusterName)
    const launch = launchDaemon(context, input, { daemonArn, clusterArn })
    const now = context.clock.now()
    const made: DaemonRow = {
      scope,
      daemonArn,
      clusterArn,
      capacityProviderArns: input.capacityProviderArns,
      deploymentArn: launch.deployment.deployment.daemonDeploymentArn,
      revisionArn: launch.revision.revision.daemonRevisionArn,
      tags,
      createdAt: now,
      updatedAt: now,
      ...(clientToken === undefined ? {} : { clientToken }),
      requestDigest,
    }
    putLaunch(transaction, launch)
    transaction.put(daemons, made)
    return made
  })
  context.wake('daemon', row.daemonArn)
  return { daemonArn: row.daemonArn, status: 'ACTIVE', createdAt: epochSeconds(row.createdAt), deploymentArn: row.deploymentArn }
}
