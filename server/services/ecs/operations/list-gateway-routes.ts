// Differs from AWS: services make no routes to gateways, so the list is empty.
import type { GatewayRouteSummary, ListGatewayRoutesRequest, ListGatewayRoutesResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { findGateway } from '../gateways/find-gateway.ts'
import { listPage } from '../list-page.ts'

/**
 * Lists the routes of a gateway, or of a cluster's services.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListGatewayRoutes.html
 */
export function listGatewayRoutes(context: EcsContext, input: ListGatewayRoutesRequest): ListGatewayRoutesResponse {
  const gatewayArn = input.gateway === undefined ? undefined : findGateway(context, input.gateway).gateway.gatewayArn
  const clusterArn = input.cluster === undefined ? undefined : findCluster(context, input.cluster).cluster.clusterArn
  const page = listPage<GatewayRouteSummary>({
    operation: 'ListGatewayRoutes',
    filters: [gatewayArn, clusterArn, input.service, input.serviceContainerPortName, JSON.stringify(input.status ?? [])],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: () => [],
    orderOf: ({ gatewayRouteArn = '' }) => gatewayRouteArn,
  })
  return { gatewayRoutes: page.rows, nextToken: page.nextToken }
}
