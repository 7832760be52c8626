// Differs from AWS: an ingress path is plain HTTP, at the port of the AWS door.
import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeExpressGatewayServiceRequest, DescribeExpressGatewayServiceResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { findExpressService, showExpressService } from '../express/find-express-service.ts'

/**
 * Describes an Express service of any status.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeExpressGatewayService.html
 */
export function describeExpressGatewayService(
  context: EcsContext,
  input: DescribeExpressGatewayServiceRequest,
): DescribeExpressGatewayServiceResponse {
  const found = findExpressService(context, input.serviceArn)
  if (found === undefined) throw new ServiceError('ResourceNotFoundException', 'Service not found.')
  return { service: showExpressService(found, { withTags: input.include?.includes('TAGS') === true, door: context.endpointUrl }) }
}
