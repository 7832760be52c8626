import type { DeleteExpressGatewayServiceRequest, DeleteExpressGatewayServiceResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { activeExpressService, findExpressService, showExpressService } from '../express/find-express-service.ts'
import { deleteService } from './delete-service.ts'

/**
 * Makes an Express service DRAINING; it is INACTIVE once its tasks are stopped. Its rule, target group and scaling go with
 * it, and the load balancer with the last service that shares it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteExpressGatewayService.html
 */
export async function deleteExpressGatewayService(
  context: EcsContext,
  input: DeleteExpressGatewayServiceRequest,
): Promise<DeleteExpressGatewayServiceResponse> {
  const { row, express } = activeExpressService(context, input.serviceArn)
  await deleteService(context, { cluster: row.service.clusterArn, service: row.service.serviceName, force: true })
  const left = findExpressService(context, input.serviceArn) ?? { row, express }
  return { service: showExpressService(left, { withTags: true, door: context.endpointUrl }) }
}
