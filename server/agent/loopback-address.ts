// An address on the node's loopback interface, by netlink. rtnetlink(7).
import { attribute, flag, Netlink, netlinkMessage, protocol } from './netlink.ts'

const family = { inet: 2 } as const
const message = { newAddress: 20, deleteAddress: 21 } as const
const kind = { address: 1, local: 2, label: 3 } as const
/** Known on this machine alone. */
const scopeHost = 254
/** The loopback interface is the first of each network namespace. */
const loopbackIndex = 1
/** Of this address among those of `lo`, for whoever looks with `ip address`. */
const label = 'lo:kecs'
const wholeAddress = 32
/** linux/errno.h */
const noSuchAddress = 99

/** The node could not be given the address, or it could not be taken away. */
export class AddressRefused extends Error {
  constructor(address: string, errno: number) {
    super(`The address ${address} was refused by the kernel (errno ${errno}): the agent needs the capability NET_ADMIN.`)
    this.name = 'AddressRefused'
  }
}

/**
 * An address of `lo`, as a single one (/32), so that nothing else of 169.254.0.0/16 is taken from the node. Pods have no
 * route to it but by the node, which then answers itself. `add` is for repeating too: an agent before this one takes it
 * away as it ends, which may be later than this one began. Both throw `AddressRefused`.
 */
export class LoopbackAddress {
  readonly #address: string
  readonly #netlink = new Netlink()

  constructor(address: string) {
    this.#address = address
  }

  /** One that is there stays. */
  add(): void {
    this.#ask(message.newAddress, flag.create | flag.replace, [])
  }

  /** One that is not there is as good. */
  remove(): void {
    this.#ask(message.deleteAddress, 0, [noSuchAddress])
  }

  close(): void {
    this.#netlink.close()
  }

  #ask(type: number, flags: number, asGood: readonly number[]): void {
    const errno = this.#netlink.ask(protocol.route, requestOf(type, flags, this.#address))
    if (errno !== 0 && !asGood.includes(errno)) throw new AddressRefused(this.#address, errno)
  }
}

/** A netlink message: header, ifaddrmsg, attributes. */
const requestOf = (type: number, flags: number, address: string): Uint8Array<ArrayBuffer> => {
  const octets = Uint8Array.from(address.split('.').map(Number))
  const header = new Uint8Array([family.inet, wholeAddress, 0, scopeHost, loopbackIndex, 0, 0, 0])
  const content = Buffer.concat([
    header,
    attribute(kind.local, octets),
    attribute(kind.address, octets),
    attribute(kind.label, new TextEncoder().encode(`${label}\0`)),
  ])
  return netlinkMessage(type, flag.acknowledge | flags, content)
}
