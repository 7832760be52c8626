// Differs from AWS: a cluster that has capacity providers is DEPROVISIONING for half a second. Container instances that are nodes
// of the Kubernetes cluster do not hold a cluster: it always has them.
import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteClusterRequest, DeleteClusterResponse } from '../../../aws/generated/ecs.ts'
import { gatewayAssociationKey, gatewayAssociations } from '../../../store/ecs-gateway-tables.ts'
import { capacityProviders, containerInstances } from '../../../store/ecs-tables.ts'
import type { CapacityProviderRow } from '../../../store/ecs-tables.ts'
import { services } from '../../../store/service-tables.ts'
import { clusters, tasks } from '../../../store/tables.ts'
import { showWholeCluster } from '../cluster/show-cluster.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'

/**
 * Makes a cluster INACTIVE; its row stays so that it can be described. Services and tasks that have not come to their end hold it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
 */
export async function deleteCluster(context: EcsContext, input: DeleteClusterRequest): Promise<DeleteClusterResponse> {
  const shown = await context.store.commit(transaction => {
    const found = findCluster(context, input.cluster)
    const { clusterArn } = found.cluster
    const servicesOf = context.store.table(services)
    if (servicesOf.count('cluster', clusterArn) > servicesOf.count('status', `${clusterArn} INACTIVE`)) {
      throw new ServiceError('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.')
    }
    const table = context.store.table(tasks)
    if (table.count('cluster', clusterArn) > table.count('lastStatus', `${clusterArn} STOPPED`)) {
      throw new ServiceError('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.')
    }
    const own = [...context.store.table(containerInstances).by('cluster', clusterArn)]
    if (own.some(({ registered, status }) => registered !== undefined && status !== 'INACTIVE')) {
      throw new ServiceError(
        'ClusterContainsContainerInstancesException',
        'The Cluster cannot be deleted while Container Instances are active or draining.',
      )
    }
    const isProvided = ({ capacityProvider: { cluster, status } }: CapacityProviderRow): boolean =>
      status === 'ACTIVE' && cluster === found.cluster.clusterName
    if ([...context.store.table(capacityProviders).by('scope', found.scope)].some(isProvided)) {
      throw new ServiceError(
        'ClusterContainsCapacityProviderException',
        'The Cluster cannot be deleted while Capacity Providers are active.',
      )
    }
    for (const { gatewayArn } of context.store.table(gatewayAssociations).by('cluster', clusterArn)) {
      transaction.remove(gatewayAssociations, gatewayAssociationKey(gatewayArn, clusterArn))
    }
    for (const { containerInstanceArn } of own) transaction.remove(containerInstances, containerInstanceArn)
    const deleted = { ...found, cluster: { ...found.cluster, status: 'INACTIVE' }, deletedAt: context.clock.now() }
    transaction.put(clusters, deleted)
    return showWholeCluster(context, deleted)
  })
  context.wake('cluster', shown.clusterArn ?? '')
  return { cluster: shown }
}
