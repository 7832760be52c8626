import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteGatewayRequest, DeleteGatewayResponse } from '../../../aws/generated/ecs.ts'
import { gatewayAssociations, gateways } from '../../../store/ecs-gateway-tables.ts'
import type { EcsContext } from '../context.ts'
import { findGateway } from '../gateways/find-gateway.ts'

/**
 * Deletes a gateway that is not protected and has no cluster.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteGateway.html
 */
export async function deleteGateway(context: EcsContext, input: DeleteGatewayRequest): Promise<DeleteGatewayResponse> {
  const { gateway } = await context.store.commit(transaction => {
    const found = findGateway(context, input.gateway)
    const { gatewayArn, deletionProtection } = found.gateway
    if (deletionProtection === true)
      throw new ServiceError('ClientException', 'The gateway cannot be deleted while deletion protection is enabled.')
    const associations = [...context.store.table(gatewayAssociations).by('gateway', gatewayArn)]
    if (associations.some(({ removedAt }) => removedAt === undefined)) {
      throw new ServiceError('ClientException', 'The gateway cannot be deleted while clusters are associated with it.')
    }
    for (const row of associations) transaction.remove(gatewayAssociations, gatewayAssociations.key(row))
    transaction.remove(gateways, gatewayArn)
    return found
  })
  return { gatewayArn: gateway.gatewayArn, name: gateway.name, status: 'DELETED' }
}
