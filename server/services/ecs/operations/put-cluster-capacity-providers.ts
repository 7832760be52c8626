// Differs from AWS: providers are attached at once, and `attachmentsStatus` is UPDATE_IN_PROGRESS for half a second; no scaling
// plan is attached to the cluster for those of Auto Scaling groups.
import { ServiceError } from '../../../aws/errors.ts'
import type { PutClusterCapacityProvidersRequest, PutClusterCapacityProvidersResponse } from '../../../aws/generated/ecs.ts'
import { clusters, tasks } from '../../../store/tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import { capacityProviderName, capacityProviderNames, checkCapacityProviders } from '../capacity-providers/find-capacity-provider.ts'
import { isAttaching, showWholeCluster } from '../cluster/show-cluster.ts'
import { defaultStrategy } from '../cluster/strategy.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'

/**
 * Replaces a cluster's capacity providers and its default strategy. What tasks run on cannot be taken away.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
 */
export async function putClusterCapacityProviders(
  context: EcsContext,
  input: PutClusterCapacityProvidersRequest,
): Promise<PutClusterCapacityProvidersResponse> {
  const cluster = await context.store.commit(transaction => {
    const found = findCluster(context, input.cluster)
    const capacityProviders = capacityProviderNames(context, input.capacityProviders)
    checkCapacityProviders(context, capacityProviders, found.cluster.clusterName)
    const strategy = input.defaultCapacityProviderStrategy.map(item => ({
      ...item,
      capacityProvider: capacityProviderName(context, item.capacityProvider),
    }))
    const defaultCapacityProviderStrategy = defaultStrategy(strategy, capacityProviders)
    refuseWhileBusy(context, found)
    refuseToTakeUsed(context, found, capacityProviders)
    const changed = {
      ...found,
      attachedAt: context.clock.now(),
      cluster: { ...found.cluster, capacityProviders, defaultCapacityProviderStrategy, attachmentsStatus: 'UPDATE_COMPLETE' },
    }
    transaction.put(clusters, changed)
    return showWholeCluster(context, changed)
  })
  return { cluster }
}

function refuseWhileBusy({ clock }: EcsContext, row: ClusterRow): void {
  if (!isAttaching(row, clock.now())) return
  throw new ServiceError(
    'UpdateInProgressException',
    'The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they can be updated. Wait and try again.',
  )
}

function refuseToTakeUsed(context: EcsContext, { cluster }: ClusterRow, wanted: readonly string[]): void {
  const taken = new Set((cluster.capacityProviders ?? []).filter(name => !wanted.includes(name)))
  if (taken.size === 0) return
  for (const { task } of context.store.table(tasks).by('cluster', cluster.clusterArn)) {
    if (task.lastStatus === 'STOPPED' || task.capacityProviderName === undefined || !taken.has(task.capacityProviderName)) continue
    throw new ServiceError('ResourceInUseException', 'The specified capacity provider is in use and cannot be removed.')
  }
}
