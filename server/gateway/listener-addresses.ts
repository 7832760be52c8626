import { type EntryPorts, isPublished } from '../domain/elbv2/entry-ports.ts'
import { listenerPorts, listeners, loadBalancers } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'

/** Where a listener is reached. */
export interface ListenerAddress {
  readonly loadBalancer: string
  readonly dnsName: string
  readonly protocol: string
  readonly port: number
  /** The port of this machine; absent where it is reached by name alone. */
  readonly hostPort?: number
}

/** By load balancer and port. */
export function listenerAddresses(store: Store, ports: EntryPorts): readonly ListenerAddress[] {
  const found = [...store.table(listenerPorts).all()].flatMap(({ listenerArn, loadBalancerArn, port: entryPort }) => {
    const balancer = store.table(loadBalancers).get(loadBalancerArn)?.loadBalancer
    const { Port: port, Protocol: protocol } = store.table(listeners).get(listenerArn)?.listener ?? {}
    if (balancer === undefined || port === undefined || protocol === undefined) return []
    const { LoadBalancerName: loadBalancer, DNSName: dnsName = '' } = balancer
    return [{ loadBalancer, dnsName, protocol, port, ...(isPublished(entryPort, protocol, ports) ? { hostPort: entryPort } : {}) }]
  })
  return found.sort((one, other) => one.dnsName.localeCompare(other.dnsName) || one.port - other.port)
}
