import type { AssociateGatewayWithClusterRequest, AssociateGatewayWithClusterResponse } from '../../../aws/generated/ecs.ts'
import { gatewayAssociations } from '../../../store/ecs-gateway-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { findGateway } from '../gateways/find-gateway.ts'

/**
 * Lets a cluster's services use a gateway. Asked again, nothing changes.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AssociateGatewayWithCluster.html
 */
export async function associateGatewayWithCluster(
  context: EcsContext,
  input: AssociateGatewayWithClusterRequest,
): Promise<AssociateGatewayWithClusterResponse> {
  const made = await context.store.commit(transaction => {
    const { scope, gateway } = findGateway(context, input.gateway)
    const { clusterArn } = findCluster(context, input.cluster).cluster
    const row = { scope, gatewayArn: gateway.gatewayArn, clusterArn }
    transaction.put(gatewayAssociations, row)
    return row
  })
  return { gatewayArn: made.gatewayArn, clusterArn: made.clusterArn, status: 'ACTIVE' }
}
