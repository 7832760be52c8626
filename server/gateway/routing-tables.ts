import type { RoutingState } from '../domain/elbv2/routing/routing-state.ts'
import { nodeMachineId } from '../domain/container-instance.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'
import { listenerPorts, listeners, loadBalancers, rules, targetGroups, targetHealth, targetKey, targets } from '../store/elbv2-tables.ts'
import { connectEndpoints, connectEntries } from '../store/connect-tables.ts'
import { serviceDeployments } from '../store/service-tables.ts'
import { instances } from '../store/servicediscovery-tables.ts'
import type { Store } from '../store/store.ts'
import { servedEndpoints } from './connect-routes.ts'

/** Tables that what is routed depends on. */
export const routingTables: ReadonlySet<string> = new Set(
  [
    connectEndpoints,
    connectEntries,
    instances,
    listenerPorts,
    listeners,
    loadBalancers,
    rules,
    serviceDeployments,
    targetGroups,
    targetHealth,
    targets,
  ].map(({ name }) => name),
)

export interface RoutingSources {
  readonly store: Store
  readonly nodes: () => readonly RuntimeNode[]
  readonly certificate: RoutingState['certificate']
  readonly trustedClients: RoutingState['trustedClients']
  readonly now: number
  readonly changesAt: RoutingState['changesAt']
  /** Tasks behind endpoints of Service Connect that accept no connections: `address:port`. */
  readonly leftOut: ReadonlySet<string>
}

/** The state that the gateway's configuration is computed from, as it is now. */
export function routingState({ store, nodes, leftOut, ...sources }: RoutingSources): RoutingState {
  const addresses = new Map(nodes().map(({ name, address }) => [nodeMachineId(name), address]))
  return {
    loadBalancers: store.table(loadBalancers).all(),
    listenersOf: arn => store.table(listeners).by('loadBalancer', arn),
    rulesOf: arn => store.table(rules).by('listener', arn),
    targetGroup: arn => store.table(targetGroups).get(arn),
    targetsOf: arn =>
      [...store.table(targets).by('targetGroup', arn)].map(row => ({
        row,
        health: store.table(targetHealth).get(targetKey(arn, row.target)),
      })),
    entryPort: arn => store.table(listenerPorts).get(arn)?.port,
    instanceAddress: id => addresses.get(id),
    connectEndpoints: servedEndpoints(store, leftOut),
    ...sources,
  }
}
