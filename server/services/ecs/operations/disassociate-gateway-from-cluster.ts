// Differs from AWS: an association's routes go at once; it is DISASSOCIATING for half a second, and not listed any more then.
import { ServiceError } from '../../../aws/errors.ts'
import type { DisassociateGatewayFromClusterRequest, DisassociateGatewayFromClusterResponse } from '../../../aws/generated/ecs.ts'
import { isSettling } from '../../../domain/settling.ts'
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
    const table = context.store.table(gatewayAssociations)
    const row = table.get(gatewayAssociationKey(gatewayArn, clusterArn))
    if (row === undefined || row.removedAt !== undefined) {
      throw new ServiceError('ResourceNotFoundException', 'The gateway is not associated with the cluster.')
    }
    const now = context.clock.now()
    for (const old of table.by('gateway', gatewayArn)) {
      if (old.removedAt !== undefined && !isSettling(old.removedAt, now))
        transaction.remove(gatewayAssociations, gatewayAssociations.key(old))
    }
    transaction.put(gatewayAssociations, { ...row, removedAt: now })
    return { gatewayArn, clusterArn }
  })
  return { ...gone, status: 'DISASSOCIATING' }
}
