// Differs from AWS: services make no routes to gateways, so none is ever there.
import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeGatewayRouteRequest, DescribeGatewayRouteResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { partsInArn } from '../daemons/find-daemon.ts'

/**
 * Describes a service's route of a gateway.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeGatewayRoute.html
 */
export function describeGatewayRoute(context: EcsContext, input: DescribeGatewayRouteRequest): DescribeGatewayRouteResponse {
  partsInArn(context, input.gatewayRouteArn, 'gateway-route')
  throw new ServiceError('ResourceNotFoundException', 'Gateway route not found.')
}
