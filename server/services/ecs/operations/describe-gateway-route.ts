// Differs from AWS: nothing is routed, so a route has no URL and no resources.
import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeGatewayRouteRequest, DescribeGatewayRouteResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { partsInArn } from '../daemons/find-daemon.ts'
import { allRoutes } from '../gateways/routes.ts'

/**
 * Describes a service's route of a gateway.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeGatewayRoute.html
 */
export function describeGatewayRoute(context: EcsContext, input: DescribeGatewayRouteRequest): DescribeGatewayRouteResponse {
  partsInArn(context, input.gatewayRouteArn, 'gateway-route')
  const route = allRoutes(context).find(({ gatewayRouteArn }) => gatewayRouteArn === input.gatewayRouteArn)
  if (route === undefined) throw new ServiceError('ResourceNotFoundException', 'Gateway route not found.')
  const { gatewayRouteArn, serviceArn, serviceContainerPortName } = route
  return { gatewayRoute: { gatewayRouteArn, serviceArn, serviceContainerPortName, status: 'ACTIVE' } }
}
