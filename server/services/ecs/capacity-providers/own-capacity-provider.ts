import { ServiceError } from '../../../aws/errors.ts'
import type { CapacityProviderRow } from '../../../store/ecs-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { capacityProviderName, capacityProviderRow, fargateProviders, notThere } from './find-capacity-provider.ts'

/**
 * An ACTIVE capacity provider of the account's own, to be changed or deleted: `cluster` must be given for one that was
 * made for a cluster. Throws ClientException and ClusterNotFoundException.
 */
export function findOwnCapacityProvider(context: EcsContext, nameOrArn: string, cluster: string | undefined): CapacityProviderRow {
  const name = capacityProviderName(context, nameOrArn)
  if (name.trim() === '') throw new ServiceError('ClientException', 'CapacityProvider name must not be blank.')
  if (fargateProviders.includes(name)) {
    throw new ServiceError('ClientException', 'The specified capacity provider is reserved and cannot be changed or deleted.')
  }
  const row = capacityProviderRow(context, name)
  if (row?.capacityProvider.status !== 'ACTIVE') throw notThere()
  const clusterName = cluster === undefined ? undefined : findCluster(context, cluster).cluster.clusterName
  const own = row.capacityProvider.cluster
  if (own !== undefined && clusterName === undefined) {
    throw new ServiceError('ClientException', 'The specified capacity provider already exists with cluster scope.')
  }
  if (clusterName !== undefined && clusterName !== own) {
    throw new ServiceError('ClientException', 'The specified capacity provider already exists with account or a different cluster.')
  }
  return row
}
