// Differs from AWS: nothing has to be taken down: it is DELETE_IN_PROGRESS for half a second.
import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteCapacityProviderRequest, DeleteCapacityProviderResponse } from '../../../aws/generated/ecs.ts'
import { findOwnCapacityProvider } from '../capacity-providers/own-capacity-provider.ts'
import { showCapacityProvider } from '../capacity-providers/show-capacity-provider.ts'
import type { EcsContext } from '../context.ts'
import { nameInArn } from '../../../domain/arn.ts'
import { daemons } from '../../../store/ecs-daemon-tables.ts'
import { capacityProviders } from '../../../store/ecs-tables.ts'
import type { CapacityProviderRow } from '../../../store/ecs-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import { clusters, scopeOf } from '../../../store/tables.ts'

/** How long a deleted capacity provider is still described as INACTIVE. Milliseconds. */
const inactiveRetentionMs = 3_600_000

/**
 * Deletes a capacity provider that no ACTIVE cluster uses.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCapacityProvider.html
 */
export async function deleteCapacityProvider(
  context: EcsContext,
  input: DeleteCapacityProviderRequest,
): Promise<DeleteCapacityProviderResponse> {
  const capacityProvider = await context.store.commit(transaction => {
    const found = findOwnCapacityProvider(context, input.capacityProvider, input.cluster)
    refuseIfUsed(context, found)
    refuseIfDaemonsUse(context, found)
    const deleted: CapacityProviderRow = {
      ...found,
      capacityProvider: { ...found.capacityProvider, status: 'INACTIVE', updateStatus: 'DELETE_COMPLETE' },
      changedAt: context.clock.now(),
      deletedAt: context.clock.now(),
    }
    forgetOld(context, transaction)
    transaction.put(capacityProviders, deleted)
    return showCapacityProvider(context, deleted)
  })
  return { capacityProvider }
}

function refuseIfUsed(context: EcsContext, { scope, capacityProvider }: CapacityProviderRow): void {
  for (const { cluster } of context.store.table(clusters).by('scope', scope)) {
    if (cluster.status !== 'ACTIVE' || cluster.capacityProviders?.includes(capacityProvider.name) !== true) continue
    throw new ServiceError(
      'ClientException',
      `The capacity provider cannot be deleted because it is associated with cluster: ${cluster.clusterName}. Remove the capacity provider from the cluster and try again.`,
    )
  }
}

/** Daemons are on managed instances alone. */
function refuseIfDaemonsUse(context: EcsContext, { scope, capacityProvider }: CapacityProviderRow): void {
  for (const daemon of context.store.table(daemons).by('scope', scope)) {
    if (!daemon.capacityProviderArns.includes(capacityProvider.capacityProviderArn)) continue
    throw new ServiceError(
      'ClientException',
      `The capacity provider cannot be deleted because it is associated with daemon: ${nameInArn(daemon.daemonArn)}. Remove the capacity provider from the daemon and try again.`,
    )
  }
}

/** Nothing else wakes for these rows, and there are few of them. */
function forgetOld(context: EcsContext, transaction: Transaction): void {
  const before = context.clock.now() - inactiveRetentionMs
  for (const row of context.store.table(capacityProviders).by('scope', scopeOf(context.account, context.region))) {
    if (row.deletedAt !== undefined && row.deletedAt < before)
      transaction.remove(capacityProviders, row.capacityProvider.capacityProviderArn)
  }
}
