import type { ListGatewaysRequest, ListGatewaysResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { gateways } from '../../../store/ecs-gateway-tables.ts'
import type { GatewayRow } from '../../../store/ecs-gateway-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { gatewayStatus } from '../gateways/find-gateway.ts'
import { listPage } from '../list-page.ts'

/**
 * Lists gateways by ARN, all or those of some names and statuses.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListGateways.html
 */
export function listGateways(context: EcsContext, input: ListGatewaysRequest): ListGatewaysResponse {
  const { names = [], status = [] } = input
  const scope = scopeOf(context.account, context.region)
  const isWanted = (row: GatewayRow): boolean =>
    (names.length === 0 || names.includes(row.gateway.name)) && (status.length === 0 || status.includes(gatewayStatus(context, row)))
  const page = listPage<GatewayRow>({
    operation: 'ListGateways',
    filters: [scope, JSON.stringify(names), JSON.stringify(status)],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => [...context.store.table(gateways).by('scope', scope, after)].filter(isWanted),
    orderOf: ({ gateway }) => gateway.gatewayArn,
  })
  return {
    gateways: page.rows.map(row => ({
      gatewayArn: row.gateway.gatewayArn,
      name: row.gateway.name,
      status: gatewayStatus(context, row),
      createdAt: epochSeconds(row.createdAt),
    })),
    nextToken: page.nextToken,
  }
}
