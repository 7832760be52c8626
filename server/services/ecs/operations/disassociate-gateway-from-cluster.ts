// Differs from AWS: an association is INACTIVE at once, and its routes go with it.
import { ServiceError } from '../../../aws/errors.ts'
import type { DisassociateGatewayFromClusterRequest, DisassociateGatewayFromClusterResponse } from '../../../aws/generated/ecs.ts'
import { gatewayAssociationKey, gatewayAssociations } from '../../../store/ecs-gateway-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { findGateway } from '../gateways/find-gateway.ts'

/**
 * Takes a gateway from a cluster's services.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DisassociateGatewayFromCluster.html
 */
export async function disassociateGatewayFromCluster(
  context: EcsContext,
  input: DisassociateGatewayFromClusterRequest,
): Promise<DisassociateGatewayFromClusterResponse> {
  const gone = await context.store.commit(transaction => {
    const { gatewayArn } = findGateway(context, input.gateway).gateway
    const { clusterArn } = findCluster(context, input.cluster).cluster
    const key = gatewayAssociationKey(gatewayArn, clusterArn)
    if (context.store.table(gatewayAssociations).get(key) === undefined) {
      throw new ServiceError('ResourceNotFoundException', 'The gateway is not associated with the cluster.')
    }
    transaction.remove(gatewayAssociations, key)
    return { gatewayArn, clusterArn }
  })
  return { ...gone, status: 'INACTIVE' }
}
