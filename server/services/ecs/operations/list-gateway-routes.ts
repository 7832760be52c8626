// Differs from AWS: a route is ACTIVE as soon as its service and the association are there, and nothing is routed by it.
import type { ListGatewayRoutesRequest, ListGatewayRoutesResponse } from '../../../aws/generated/ecs.ts'
import { nameInArn } from '../../../domain/arn.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { findGateway } from '../gateways/find-gateway.ts'
import { allRoutes, type Route } from '../gateways/routes.ts'
import { listPage } from '../list-page.ts'

/**
 * Lists the routes of a gateway, or of a cluster's services.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListGatewayRoutes.html
 */
export function listGatewayRoutes(context: EcsContext, input: ListGatewayRoutesRequest): ListGatewayRoutesResponse {
  const { service, serviceContainerPortName: port, status = [] } = input
  const gatewayArn = input.gateway === undefined ? undefined : findGateway(context, input.gateway).gateway.gatewayArn
  const clusterArn = input.cluster === undefined ? undefined : findCluster(context, input.cluster).cluster.clusterArn
  const isWanted = (route: Route): boolean =>
    (gatewayArn ?? route.gatewayArn) === route.gatewayArn &&
    (clusterArn ?? route.clusterArn) === route.clusterArn &&
    (service === undefined || service === route.serviceArn || service === nameInArn(route.serviceArn)) &&
    (port ?? route.serviceContainerPortName) === route.serviceContainerPortName &&
    (status.length === 0 || status.includes('ACTIVE'))
  const page = listPage<Route>({
    operation: 'ListGatewayRoutes',
    filters: [gatewayArn, clusterArn, service, port, JSON.stringify(status)],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => allRoutes(context).filter(route => isWanted(route) && (after === undefined || route.gatewayRouteArn > after)),
    orderOf: ({ gatewayRouteArn }) => gatewayRouteArn,
  })
  return { gatewayRoutes: page.rows.map(route => ({ ...route, status: 'ACTIVE' })), nextToken: page.nextToken }
}
