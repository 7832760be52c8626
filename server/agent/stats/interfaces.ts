import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What passed through a pod's network interface, as the pod sees it. Cumulative. */
export interface Traffic {
  readonly rx_bytes: number
  readonly rx_packets: number
  readonly rx_errors: number
  readonly rx_dropped: number
  readonly tx_bytes: number
  readonly tx_packets: number
  readonly tx_errors: number
  readonly tx_dropped: number
}

const counters = ['bytes', 'packets', 'errors', 'dropped'] as const

/**
 * The traffic of pods, without entering their networks: each has one end of a pair of interfaces, the other end is the
 * node's, and what the one receives the other sent. The node's end is that which the route to the pod's address leads
 * to, or where that is a bridge, its port that knows the pod's hardware address.
 */
export class Interfaces {
  readonly #procDir: string
  readonly #sysNetDir: string
  readonly #known = new Map<string, string>()

  constructor(procDir: string, sysNetDir: string) {
    this.#procDir = procDir
    this.#sysNetDir = sysNetDir
  }

  /** Undefined where it cannot be told which interface is the pod's. */
  async trafficOf(address: string): Promise<Traffic | undefined> {
    const known = this.#known.get(address) ?? (await this.#find(address))
    if (known === undefined) return undefined
    try {
      const values = await this.#countersOf(known)
      this.#known.set(address, known)
      return values
    } catch {
      this.#known.delete(address)
      return undefined
    }
  }

  /** The node's end of the pod's pair; undefined where it cannot be told. */
  async nameOf(address: string): Promise<string | undefined> {
    return this.#find(address)
  }

  async #countersOf(name: string): Promise<Traffic> {
    const read = async (way: 'rx' | 'tx'): Promise<number[]> =>
      Promise.all(counters.map(async what => Number(await readFile(join(this.#sysNetDir, name, 'statistics', `${way}_${what}`), 'utf8'))))
    const [sent, received] = [await read('rx'), await read('tx')]
    const at = (values: number[], index: number): number => values[index] ?? 0
    return {
      rx_bytes: at(received, 0),
      rx_packets: at(received, 1),
      rx_errors: at(received, 2),
      rx_dropped: at(received, 3),
      tx_bytes: at(sent, 0),
      tx_packets: at(sent, 1),
      tx_errors: at(sent, 2),
      tx_dropped: at(sent, 3),
    }
  }

  async #find(address: string): Promise<string | undefined> {
    const routed = routeTo(address, await this.#text('route'))
    if (routed !== undefined) return routed
    const neighbour = neighbourOf(address, await this.#text('arp'))
    return neighbour === undefined ? undefined : this.#portOf(neighbour.device, neighbour.hardwareAddress)
  }

  #text(file: 'route' | 'arp'): Promise<string> {
    return readFile(join(this.#procDir, 'net', file), 'utf8').catch(() => '')
  }

  async #portOf(bridge: string, hardwareAddress: string): Promise<string | undefined> {
    const forwarding = await readFile(join(this.#sysNetDir, bridge, 'brforward')).catch(() => undefined)
    const port = forwarding === undefined ? undefined : portIn(forwarding, hardwareAddress)
    if (port === undefined) return undefined
    for (const name of await readdir(join(this.#sysNetDir, bridge, 'brif')).catch(() => [])) {
      const number = Number(await readFile(join(this.#sysNetDir, bridge, 'brif', name, 'port_no'), 'utf8'))
      if (number === port) return name
    }
    return undefined
  }
}

/** The interface of a route to that address alone, of /proc/net/route: hexadecimal, its bytes in reverse. */
export const routeTo = (address: string, table: string): string | undefined => {
  const wanted = address
    .split('.')
    .toReversed()
    .map(part => Number(part).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()
  const line = table.split('\n').find(each => each.split('\t')[1] === wanted && each.split('\t')[7] === 'FFFFFFFF')
  return line?.split('\t')[0]
}

/** Of /proc/net/arp: address, type, flags, hardware address, mask, device. */
export const neighbourOf = (address: string, table: string): { readonly device: string; readonly hardwareAddress: string } | undefined => {
  for (const line of table.split('\n')) {
    const [ip, , flags, hardwareAddress = '', , device = ''] = line.split(/\s+/)
    if (ip === address && flags !== '0x0') return { device, hardwareAddress }
  }
  return undefined
}

const entrySize = 16

/** A bridge's forwarding entries (struct __fdb_entry): six bytes of the address, the port's number, whether it is the bridge's own. */
export const portIn = (forwarding: Uint8Array, hardwareAddress: string): number | undefined => {
  const wanted = hardwareAddress.split(':').map(part => Number.parseInt(part, 16))
  for (let at = 0; at + entrySize <= forwarding.length; at += entrySize) {
    const isOwn = forwarding[at + 7] !== 0
    if (!isOwn && wanted.every((byte, index) => forwarding[at + index] === byte)) {
      return (forwarding[at + 6] ?? 0) + ((forwarding[at + 12] ?? 0) << 8)
    }
  }
  return undefined
}
