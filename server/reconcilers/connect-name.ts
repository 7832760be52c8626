import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import { isHostName } from '../domain/connect/endpoints.ts'
import { connectLacksPort } from '../domain/services/messages.ts'
import { withEvents } from '../domain/services/records.ts'
import { nameInArn } from '../domain/arn.ts'
import type { ConnectNames } from '../gateway/connect-services.ts'
import type { Logger } from '../log.ts'
import type { TaskHost } from '../runtime/runtime.ts'
import {
  type ConnectEndpointRow,
  type ConnectEntryRow,
  connectEndpointKey,
  connectEndpoints,
  connectEntries,
  connectNameKey,
} from '../store/connect-tables.ts'
import { serviceEvents } from '../store/service-tables.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { TaskRow } from '../store/tables.ts'
import type { Reconciler, Wake } from './reconciler.ts'

/** What carries the traffic of Service Connect. */
export interface ConnectCarrier {
  readonly connectNames: ConnectNames
  /** The gateway's ports for endpoints: inclusive. */
  readonly connectPorts: Ports
}

interface Ports {
  readonly first: number
  readonly last: number
}

export interface ConnectNameReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly wake: Wake
  /** Undefined where nothing carries what is sent: then nothing is made, and no task waits. */
  readonly carrier: ConnectCarrier | undefined
}

/**
 * Gives the endpoints of a name their ports of the gateway, and the name its address in the cluster. Keys are names'; one
 * without endpoints was given up.
 */
export class ConnectNameReconciler implements Reconciler {
  readonly kind = 'connect-name'
  readonly #parts: ConnectNameReconcilerParts
  /** By name. Known to this process alone: another cluster may have other ones. */
  readonly #addresses = new Map<string, string>()
  /** Tasks that start once the addresses of the names that they know are there. */
  readonly #waiting = new Set<string>()

  constructor(parts: ConnectNameReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    const { store } = this.#parts
    const endpoints = [...store.table(connectEndpoints).all()].map(row => connectNameKey(row.namespaceArn, row.dnsName))
    yield* new Set([...endpoints, ...[...store.table(connectEntries).all()].map(({ name }) => name)])
  }

  forget(): void {
    this.#addresses.clear()
    this.#waiting.clear()
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { store, carrier } = this.#parts
    if (carrier === undefined) return undefined
    // Its address goes first: without entries nobody would know of one that a crash has left.
    const isGivenUp = [...store.table(connectEndpoints).by('name', key)].length === 0
    if (isGivenUp) await this.#forgetAddress(key, carrier)
    await this.#settleEntries(key, carrier)
    const ports = [...store.table(connectEntries).by('name', key)].flatMap(({ endpoint, entryPort }) => {
      const port = store.table(connectEndpoints).get(endpoint)?.port
      return port === undefined || entryPort === undefined ? [] : { port, entryPort }
    })
    if (ports.length > 0) this.#addresses.set(key, await carrier.connectNames.serve({ key, ports }))
    else if (!isGivenUp) await this.#forgetAddress(key, carrier)
    for (const taskArn of this.#waiting) this.#parts.wake('task', taskArn)
    this.#waiting.clear()
    return undefined
  }

  /**
   * The names that a task is to know, with their addresses. Undefined while one of them is still made: the task is woken
   * then. Those that are gone, or have found no port, are left out.
   */
  hostsOf({ task, connectEndpoints: known = [] }: TaskRow): readonly TaskHost[] | undefined {
    const { store, carrier } = this.#parts
    if (carrier === undefined) return []
    const hosts = new Map<string, string>()
    for (const key of known) {
      const endpoint = store.table(connectEndpoints).get(key)
      if (endpoint === undefined || !isHostName(endpoint.dnsName)) continue
      const entry = store.table(connectEntries).get(key)
      if (entry !== undefined && entry.entryPort === undefined) continue
      const address = this.#addresses.get(connectNameKey(endpoint.namespaceArn, endpoint.dnsName))
      if (entry === undefined || address === undefined) {
        this.#waiting.add(task.taskArn)
        return undefined
      }
      hosts.set(endpoint.dnsName, address)
    }
    return [...hosts].map(([name, address]) => ({ name, address }))
  }

  async #forgetAddress(key: string, { connectNames }: ConnectCarrier): Promise<void> {
    await connectNames.forget(key)
    this.#addresses.delete(key)
  }

  async #settleEntries(key: string, { connectPorts }: ConnectCarrier): Promise<void> {
    const { store } = this.#parts
    const table = store.table(connectEntries)
    const unwanted = (): readonly ConnectEntryRow[] =>
      [...table.by('name', key)].filter(
        ({ endpoint, entryPort }) =>
          store.table(connectEndpoints).get(endpoint) === undefined || (entryPort !== undefined && !isIn(entryPort, connectPorts)),
      )
    const isSettled = [...store.table(connectEndpoints).by('name', key)].every(
      row => table.get(connectEndpointKey(row))?.entryPort !== undefined,
    )
    if (isSettled && unwanted().length === 0) return
    const freed = await store.commit(transaction => {
      const gone = unwanted()
      for (const { endpoint } of gone) transaction.remove(connectEntries, endpoint)
      for (const row of store.table(connectEndpoints).by('name', key)) this.#give(transaction, row, connectPorts)
      return gone
    })
    if (freed.length === 0) return
    // Somebody may wait for a port.
    for (const { name, entryPort } of table.all()) {
      if (entryPort === undefined) this.#parts.wake('connect-name', name)
    }
  }

  #give(transaction: Transaction, row: ConnectEndpointRow, ports: Ports): void {
    const { store, log } = this.#parts
    const endpoint = connectEndpointKey(row)
    const name = connectNameKey(row.namespaceArn, row.dnsName)
    const table = store.table(connectEntries)
    const before = table.get(endpoint)
    if (before?.entryPort !== undefined) return
    const entryPort = freePort(new Set([...table.all()].map(entry => entry.entryPort)), ports)
    if (entryPort !== undefined) transaction.put(connectEntries, { endpoint, name, entryPort })
    else if (before === undefined) {
      transaction.put(connectEntries, { endpoint, name })
      this.#say(transaction, row, ports)
      log.error({ endpoint }, 'an endpoint of Service Connect is served by nobody: all ports of the gateway for them are taken')
    }
  }

  /** In the service's events. */
  #say(transaction: Transaction, { serviceArn, dnsName, port }: ConnectEndpointRow, { first, last }: Ports): void {
    const { store, ids, clock } = this.#parts
    const events = store.table(serviceEvents).get(serviceArn) ?? { serviceArn, events: [] }
    const message = connectLacksPort(nameInArn(serviceArn), `${dnsName}:${port}`, last - first + 1)
    transaction.put(serviceEvents, withEvents(events, [message], ids, clock.now()))
  }
}

const isIn = (port: number, { first, last }: Ports): boolean => port >= first && port <= last

const freePort = (taken: ReadonlySet<number | undefined>, { first, last }: Ports): number | undefined => {
  for (let port = first; port <= last; port++) if (!taken.has(port)) return port
  return undefined
}
