// Routes are not kept: they follow from which clusters a gateway is associated with and which connectors the services
// there have.
import { createHash } from 'node:crypto'
import type { GatewayConnector } from '../../../aws/generated/ecs.ts'
import { ecsArn } from '../../../domain/arn.ts'
import { gatewayAssociations, gateways } from '../../../store/ecs-gateway-tables.ts'
import type { GatewayAssociationRow, GatewayRow } from '../../../store/ecs-gateway-tables.ts'
import { serviceRevisions, services } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'

export interface Route {
  readonly gatewayRouteArn: string
  readonly gatewayArn: string
  readonly clusterArn: string
  readonly serviceArn: string
  readonly serviceContainerPortName: string
}

/** The routes of an account and region, in the order of their ARNs. */
export function allRoutes(context: Pick<EcsContext, 'store' | 'account' | 'region'>): readonly Route[] {
  const { store } = context
  const made = [...store.table(gatewayAssociations).by('scope', scopeOf(context.account, context.region))].flatMap(association => {
    const row = store.table(gateways).get(association.gatewayArn)
    if (row === undefined || association.removedAt !== undefined) return []
    return [...store.table(services).by('cluster', association.clusterArn)].flatMap(service =>
      connectorsOf(context, service)
        .filter(({ filters }) => isMeant(row, filters?.accessTypes))
        .map(({ portName }) => routeOf(context, association, service.service.serviceArn, portName)),
    )
  })
  return made.sort((one, other) => (one.gatewayRouteArn < other.gatewayRouteArn ? -1 : 1))
}

/** Of what the service runs, or is on its way to. */
function connectorsOf({ store }: Pick<EcsContext, 'store'>, { service, deployments }: ServiceRow): readonly GatewayConnector[] {
  const revision = deployments[0]?.serviceRevisionArn
  if (service.status !== 'ACTIVE' || revision === undefined) return []
  return store.table(serviceRevisions).get(revision)?.revision.gatewayConnectors ?? []
}

/** A connector without a filter is for every gateway of the cluster. */
const isMeant = ({ gateway }: GatewayRow, accessTypes: readonly string[] = []): boolean =>
  accessTypes.length === 0 || accessTypes.includes(gateway.accessType ?? '')

function routeOf(
  context: Pick<EcsContext, 'account' | 'region'>,
  { gatewayArn, clusterArn }: GatewayAssociationRow,
  serviceArn: string,
  portName: string,
): Route {
  const id = createHash('sha256').update(`${gatewayArn} ${serviceArn} ${portName}`).digest('hex').slice(0, 32)
  const gateway = gatewayArn.slice(gatewayArn.indexOf('gateway/') + 'gateway/'.length)
  return {
    gatewayRouteArn: ecsArn(context, `gateway-route/${gateway}/${id}`),
    gatewayArn,
    clusterArn,
    serviceArn,
    serviceContainerPortName: portName,
  }
}
