// Differs from AWS: an association that was taken back is DISASSOCIATING for half a second, and not listed any more then.
import type { ListGatewayClusterAssociationsRequest, ListGatewayClusterAssociationsResponse } from '../../../aws/generated/ecs.ts'
import { isSettling } from '../../../domain/settling.ts'
import { gatewayAssociations } from '../../../store/ecs-gateway-tables.ts'
import type { GatewayAssociationRow } from '../../../store/ecs-gateway-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { findGateway } from '../gateways/find-gateway.ts'
import { listPage } from '../list-page.ts'

const statusOf = ({ removedAt }: GatewayAssociationRow) => (removedAt === undefined ? 'ACTIVE' : 'DISASSOCIATING')

/**
 * Lists which gateways which clusters may use, by gateway.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListGatewayClusterAssociations.html
 */
export function listGatewayClusterAssociations(
  context: EcsContext,
  input: ListGatewayClusterAssociationsRequest,
): ListGatewayClusterAssociationsResponse {
  const gatewayArn = input.gateway === undefined ? undefined : findGateway(context, input.gateway).gateway.gatewayArn
  const clusterArn = input.cluster === undefined ? undefined : findCluster(context, input.cluster).cluster.clusterArn
  const status = input.status ?? []
  const scope = scopeOf(context.account, context.region)
  const isWanted = (row: GatewayAssociationRow): boolean =>
    (gatewayArn === undefined || row.gatewayArn === gatewayArn) &&
    (clusterArn === undefined || row.clusterArn === clusterArn) &&
    (row.removedAt === undefined || isSettling(row.removedAt, context.clock.now())) &&
    (status.length === 0 || status.includes(statusOf(row)))
  const page = listPage<GatewayAssociationRow>({
    operation: 'ListGatewayClusterAssociations',
    filters: [scope, gatewayArn, clusterArn, JSON.stringify(status)],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => [...context.store.table(gatewayAssociations).by('scope', scope, after)].filter(isWanted),
    orderOf: gatewayAssociations.key,
  })
  return {
    gatewayClusterAssociations: page.rows.map(row => ({
      gatewayArn: row.gatewayArn,
      clusterArn: row.clusterArn,
      status: statusOf(row),
    })),
    nextToken: page.nextToken,
  }
}
