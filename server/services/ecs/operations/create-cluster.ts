// Differs from AWS: a cluster with capacity providers can be used while it is PROVISIONING, for half a second.
import { isDeepStrictEqual } from 'node:util'
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateClusterRequest, CreateClusterResponse } from '../../../aws/generated/ecs.ts'
import { clusterArn } from '../../../domain/arn.ts'
import { namespaceOf } from '../../../domain/namespace.ts'
import type { Transaction } from '../../../store/store.ts'
import { clusters, scopeOf } from '../../../store/tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import { effectiveSetting } from '../account-settings/settings.ts'
import { capacityProviderNames, checkCapacityProviders } from '../capacity-providers/find-capacity-provider.ts'
import { checkTags } from '../check-tags.ts'
import { putDefaultNamespace } from '../cluster/default-namespace.ts'
import { checkClusterConfiguration, clusterSettings } from '../cluster/settings.ts'
import { showWholeCluster } from '../cluster/show-cluster.ts'
import { defaultStrategy } from '../cluster/strategy.ts'
import type { EcsContext } from '../context.ts'
import { clusterNamePattern, defaultClusterName } from '../find-cluster.ts'

/**
 * Makes a cluster, or answers the ACTIVE one of that name when nothing that is asked for differs from it. A name whose
 * cluster was deleted can be used again.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html
 */
export async function createCluster(context: EcsContext, input: CreateClusterRequest): Promise<CreateClusterResponse> {
  const cluster = await context.store.commit(transaction => {
    const wanted = rowFor(context, transaction, input)
    const existing = context.store.table(clusters).get(wanted.cluster.clusterArn)
    if (existing?.cluster.status === 'ACTIVE') {
      checkSame(input, wanted, existing)
      return showWholeCluster(context, existing)
    }
    transaction.put(clusters, wanted)
    return showWholeCluster(context, wanted)
  })
  context.wake('cluster', cluster.clusterArn ?? '')
  return { cluster }
}

function rowFor(context: EcsContext, transaction: Transaction, input: CreateClusterRequest): ClusterRow {
  const clusterName = input.clusterName ?? defaultClusterName
  if (!clusterNamePattern.test(clusterName)) {
    throw new ServiceError('InvalidParameterException', `ClusterName must match ${clusterNamePattern.source}`)
  }
  const capacityProviders = capacityProviderNames(context, input.capacityProviders ?? [])
  checkCapacityProviders(context, capacityProviders, clusterName)
  const { configuration, serviceConnectDefaults } = input
  const now = context.clock.now()
  if (configuration !== undefined) checkClusterConfiguration(configuration)
  return {
    scope: scopeOf(context.account, context.region),
    namespace: namespaceOf(context, clusterName),
    cluster: {
      clusterArn: clusterArn(context, clusterName),
      clusterName,
      status: 'ACTIVE',
      settings: clusterSettings(input.settings ?? [], effectiveSetting(context, 'containerInsights', context.principal).value),
      ...(configuration === undefined ? {} : { configuration }),
      capacityProviders,
      defaultCapacityProviderStrategy: defaultStrategy(input.defaultCapacityProviderStrategy ?? [], capacityProviders),
      ...(capacityProviders.length === 0 ? {} : { attachmentsStatus: 'UPDATE_COMPLETE' }),
      ...(serviceConnectDefaults === undefined
        ? {}
        : { serviceConnectDefaults: putDefaultNamespace(context, transaction, serviceConnectDefaults) }),
    },
    tags: checkTags(input.tags),
    createdAt: now,
    ...(capacityProviders.length === 0 ? {} : { provisionedAt: now }),
  }
}

/** Only what a call gives has to be what the cluster has. */
function checkSame(input: CreateClusterRequest, wanted: ClusterRow, existing: ClusterRow): void {
  const members = ['settings', 'configuration', 'capacityProviders', 'defaultCapacityProviderStrategy', 'serviceConnectDefaults'] as const
  const isSame = members.every(member => input[member] === undefined || isDeepStrictEqual(wanted.cluster[member], existing.cluster[member]))
  if (isSame) return
  throw new ServiceError(
    'InvalidParameterException',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  )
}
