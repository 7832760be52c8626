import type { Clock } from '../../shared/clock.ts'
import type { LoadBalancerStateEnum } from '../aws/generated/elbv2.ts'
import { type EntryPorts, entryPortFor, isCarried, isEntryPort, isPublished } from '../domain/elbv2/entry-ports.ts'
import { isUdp } from '../domain/elbv2/target-group-family.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { LoadBalancerNames, ServedPort } from '../gateway/load-balancer-services.ts'
import type { Logger } from '../log.ts'
import { type ListenerRow, type LoadBalancerRow, listenerPorts, listeners, loadBalancers } from '../store/elbv2-tables.ts'
import type { Store, Transaction } from '../store/store.ts'

/** What carries load balancers' traffic. */
export interface Carrier {
  readonly gateway: Gateway
  readonly ports: EntryPorts
  readonly names: LoadBalancerNames
}

export interface LoadBalancerReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  /** Undefined where nothing carries traffic: load balancers become `active` all the same. */
  readonly carrier: Carrier | undefined
}

/** Between looks at whether what was changed is in force. Milliseconds. */
const lookAgainMs = 50
const noPortReason = 'All ports of the gateway are taken by other listeners: delete those that are not needed.'

/** What to do about a listener that got none of this machine's ports; empty where it has none to give. */
const whyUnpublished = ({ Protocol }: ListenerRow['listener'], { published, publishedForUdp }: EntryPorts): string => {
  if (published === undefined) return ''
  if (!isUdp(Protocol)) return ': all of the ports that --listeners of `kecs up` opens on this machine are taken'
  return publishedForUdp === undefined
    ? ': no port of this machine is open for UDP; --udp-listeners of `kecs up` opens some when the cluster is made'
    : ': all of the ports that --udp-listeners of `kecs up` opens on this machine for UDP are taken'
}

/**
 * Gives listeners their ports of the gateway and load balancers their names inside the cluster, and makes load
 * balancers `active` once that is in force. Keys are their ARNs; a key without a row is of one that was deleted.
 */
export class LoadBalancerReconciler {
  readonly kind = 'load-balancer'
  readonly #parts: LoadBalancerReconcilerParts

  constructor(parts: LoadBalancerReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    const { store } = this.#parts
    for (const row of store.table(loadBalancers).all()) yield row.loadBalancer.LoadBalancerArn
    // Of those that were deleted before their ports were given back.
    for (const { loadBalancerArn } of store.table(listenerPorts).all()) {
      if (store.table(loadBalancers).get(loadBalancerArn) === undefined) yield loadBalancerArn
    }
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { store, clock, carrier } = this.#parts
    const isWhole = carrier === undefined || (await this.#settlePorts(key, carrier))
    const row = store.table(loadBalancers).get(key)
    if (row === undefined) {
      await carrier?.names.forget(key)
      return undefined
    }
    if (carrier !== undefined) {
      const { DNSName: dnsName } = row.loadBalancer
      // Gateway Load Balancers have none.
      if (dnsName !== undefined) await carrier.names.serve({ arn: key, dnsName, ports: this.#servedPorts(key) })
      // One that works stays what it is while it changes.
      if (row.loadBalancer.State.Code === 'provisioning' && carrier.gateway.inForceUntil() < clock.now()) return lookAgainMs
    }
    await this.#setState(key, isWhole ? 'active' : 'active_impaired')
    return undefined
  }

  /** False when a listener found no port. */
  async #settlePorts(key: string, { ports }: Carrier): Promise<boolean> {
    const { store, log } = this.#parts
    const row = store.table(loadBalancers).get(key)
    const carried = row === undefined ? [] : this.#carriedListeners(row)
    const wanted = new Map(carried.map(({ listener }) => [listener.ListenerArn, listener]))
    const has = [...store.table(listenerPorts).by('loadBalancer', key)]
    const unwanted = has.filter(({ listenerArn, port }) => {
      const listener = wanted.get(listenerArn)
      return listener === undefined || !isEntryPort(port, listener.Protocol, ports)
    })
    const isMissing = carried.some(({ listener }) => !has.some(({ listenerArn }) => listenerArn === listener.ListenerArn))
    if (unwanted.length === 0 && !isMissing) return true
    const { given, without } = await store.commit(transaction => {
      for (const { listenerArn } of unwanted) transaction.remove(listenerPorts, listenerArn)
      return this.#give(transaction, carried, ports)
    })
    for (const { listener, port } of given) {
      const { ListenerArn: listenerArn, Port, Protocol } = listener
      if (port === Port) continue
      const at = { listenerArn, port: Port, gatewayPort: port }
      if (isPublished(port, Protocol, ports)) log.info(at, `the listener on port ${Port} is reached at port ${port} of this machine`)
      else log.warn(at, `the listener on port ${Port} is reached by its name inside the cluster alone${whyUnpublished(listener, ports)}`)
    }
    for (const { listener } of without) log.error({ listenerArn: listener.ListenerArn }, `a listener carries no traffic: ${noPortReason}`)
    return without.length === 0
  }

  #give(transaction: Transaction, carried: readonly ListenerRow[], ports: EntryPorts) {
    const table = this.#parts.store.table(listenerPorts)
    const taken = new Set([...table.all()].map(({ port }) => port))
    const given: { readonly listener: ListenerRow['listener']; readonly port: number }[] = []
    const without: ListenerRow[] = []
    for (const row of carried) {
      const { ListenerArn: listenerArn, LoadBalancerArn: loadBalancerArn } = row.listener
      if (table.get(listenerArn) !== undefined) continue
      const port = entryPortFor(row.listener, taken, ports)
      if (port === undefined) {
        without.push(row)
        continue
      }
      taken.add(port)
      transaction.put(listenerPorts, { listenerArn, loadBalancerArn, port })
      given.push({ listener: row.listener, port })
    }
    return { given, without }
  }

  #carriedListeners({ loadBalancer }: LoadBalancerRow): readonly ListenerRow[] {
    const rows = this.#parts.store.table(listeners).by('loadBalancer', loadBalancer.LoadBalancerArn)
    return [...rows].filter(({ listener }) => isCarried(loadBalancer.Type, listener))
  }

  #servedPorts(key: string): readonly ServedPort[] {
    const { store } = this.#parts
    return [...store.table(listenerPorts).by('loadBalancer', key)].flatMap(({ listenerArn, port: entryPort }) => {
      const { Port: port, Protocol } = store.table(listeners).get(listenerArn)?.listener ?? {}
      if (port === undefined) return []
      const protocols = Protocol === 'UDP' ? (['UDP'] as const) : isUdp(Protocol) ? (['TCP', 'UDP'] as const) : (['TCP'] as const)
      return protocols.map(protocol => ({ port, protocol, entryPort }))
    })
  }

  async #setState(key: string, code: LoadBalancerStateEnum): Promise<void> {
    const { store } = this.#parts
    if (store.table(loadBalancers).get(key)?.loadBalancer.State.Code === code) return
    await store.commit(transaction => {
      const row = store.table(loadBalancers).get(key)
      if (row === undefined) return
      const State = code === 'active' ? { Code: code } : { Code: code, Reason: noPortReason }
      transaction.put(loadBalancers, { ...row, loadBalancer: { ...row.loadBalancer, State } })
    })
  }
}
