import { withoutOutliers } from '../domain/connect/outliers.ts'
import type { ServedEndpoint } from '../domain/connect/routing.ts'
import { type ConnectServer, sharesOf } from '../domain/connect/shift.ts'
import { hostPort } from '../domain/elbv2/routing/routing-state.ts'
import { type ConnectEndpointRow, connectEndpoints, connectEntries } from '../store/connect-tables.ts'
import { serviceDeployments, services } from '../store/service-tables.ts'
import { instances } from '../store/servicediscovery-tables.ts'
import type { Store } from '../store/store.ts'

/**
 * The endpoints of Service Connect that have a port of the gateway, with what serves them now.
 * @param leftOut tasks that accept no connections, `address:port`
 */
export function servedEndpoints(store: Store, leftOut: ReadonlySet<string>): readonly ServedEndpoint[] {
  return [...store.table(connectEntries).all()].flatMap(({ endpoint, entryPort }) => {
    const row = store.table(connectEndpoints).get(endpoint)
    if (row === undefined || entryPort === undefined) return []
    const newest = store.table(services).get(row.serviceArn)?.serviceDeploymentArn
    const deployment = newest === undefined ? undefined : store.table(serviceDeployments).get(newest)
    return withoutOutliers({ row, entryPort, ...sharesOf(serversOf(store, row), deployment) }, leftOut)
  })
}

/** Whether a task is behind an endpoint of TCP with this `address:port`. */
export const servesTcp = (store: Store, address: string): boolean =>
  [...store.table(connectEndpoints).all()].some(
    row => row.protocol === 'tcp' && serversOf(store, row).some(server => server.address === address),
  )

/** Those of its tasks that Cloud Map holds to be healthy, as each is in it for as long as it is to get requests. */
const serversOf = (store: Store, { registryArns }: ConnectEndpointRow): readonly ConnectServer[] =>
  registryArns
    .flatMap(arn => [...store.table(instances).by('service', arn)])
    .filter(({ isConnect, customHealth }) => isConnect === true && customHealth !== 'UNHEALTHY')
    .map(({ instance: { Attributes } }) => ({
      address: hostPort(Attributes['AWS_INSTANCE_IPV4'] ?? '', Number(Attributes['AWS_INSTANCE_PORT'])),
      deployment: Attributes['DeploymentId'] ?? '',
    }))
