// An address on the node's loopback interface, by netlink: the image has no `ip`. rtnetlink(7), netlink(7).
import { dlopen, FFIType } from 'bun:ffi'

const family = { inet: 2, netlink: 16 } as const
const socketRaw = 3
const message = { error: 2, newAddress: 20, deleteAddress: 21 } as const
const flag = { request: 0x1, acknowledge: 0x4, replace: 0x100, create: 0x400 } as const
const attribute = { address: 1, local: 2, label: 3 } as const
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
  readonly #libc = openLibc()

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
    this.#libc.close()
  }

  #ask(type: number, flags: number, asGood: readonly number[]): void {
    const errno = ask(this.#libc.symbols, requestOf(type, flags, this.#address))
    if (errno !== 0 && !asGood.includes(errno)) throw new AddressRefused(this.#address, errno)
  }
}

const openLibc = () => {
  const { i32, i64, ptr, u64 } = FFIType
  return dlopen('libc.so.6', {
    socket: { args: [i32, i32, i32], returns: i32 },
    send: { args: [i32, ptr, u64, i32], returns: i64 },
    recv: { args: [i32, ptr, u64, i32], returns: i64 },
    close: { args: [i32], returns: i32 },
  })
}

const align = (length: number): number => (length + 3) & ~3

/** A netlink message: header, ifaddrmsg, attributes. In the machine's byte order, which is little on all that kecs is built for. */
const requestOf = (type: number, flags: number, address: string): Uint8Array<ArrayBuffer> => {
  const octets = Uint8Array.from(address.split('.').map(Number))
  const attributes = [
    [attribute.local, octets],
    [attribute.address, octets],
    [attribute.label, new TextEncoder().encode(`${label}\0`)],
  ] as const
  const size = attributes.reduce((total, [, value]) => total + align(4 + value.length), 16 + 8)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, size, true)
  view.setUint16(4, type, true)
  view.setUint16(6, flag.request | flag.acknowledge | flags, true)
  bytes.set([family.inet, wholeAddress, 0, scopeHost], 16)
  view.setUint32(20, loopbackIndex, true)
  let at = 24
  for (const [kind, value] of attributes) {
    view.setUint16(at, 4 + value.length, true)
    view.setUint16(at + 2, kind, true)
    bytes.set(value, at + 4)
    at += align(4 + value.length)
  }
  return bytes
}

/** Sends a request; the answer is the kernel's error number, 0 when it was done. */
const ask = (symbols: ReturnType<typeof openLibc>['symbols'], request: Uint8Array<ArrayBuffer>): number => {
  const socket = symbols.socket(family.netlink, socketRaw, 0)
  try {
    const answer = new Uint8Array(4096)
    const sent = symbols.send(socket, request, BigInt(request.length), 0)
    const received = sent < 0 ? -1 : symbols.recv(socket, answer, BigInt(answer.length), 0)
    const view = new DataView(answer.buffer)
    if (received < 20 || view.getUint16(4, true) !== message.error) return -1
    return Math.abs(view.getInt32(16, true))
  } finally {
    symbols.close(socket)
  }
}
