// Netlink, by which the kernel is asked about its networks: images from scratch have no `ip` and no `nft`. netlink(7).
import { dlopen, FFIType } from 'bun:ffi'

const family = { netlink: 16 } as const
const socketRaw = 3
/** recv: what is there, without waiting. */
const doNotWait = 0x40
export const messageError = 2
const headerSize = 16

export const flag = { request: 0x1, acknowledge: 0x4, replace: 0x100, create: 0x400, append: 0x800 } as const

/** Of rtnetlink(7) and nftables. */
export const protocol = { route: 0, netfilter: 12 } as const

export const align = (length: number): number => (length + 3) & ~3

/** A message of type and flags with what follows its header. In the machine's byte order, which is little on all that kecs is built for. */
export const netlinkMessage = (type: number, flags: number, content: Uint8Array, sequence = 0): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(align(headerSize + content.length))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, headerSize + content.length, true)
  view.setUint16(4, type, true)
  view.setUint16(6, flag.request | flags, true)
  view.setUint32(8, sequence, true)
  bytes.set(content, headerSize)
  return bytes
}

/** An attribute: its length, kind and value. */
export const attribute = (kind: number, value: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(align(4 + value.length))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 4 + value.length, true)
  view.setUint16(2, kind, true)
  bytes.set(value, 4)
  return bytes
}

const openLibc = () => {
  const { i32, i64, ptr, u32, u64 } = FFIType
  return dlopen('libc.so.6', {
    socket: { args: [i32, i32, i32], returns: i32 },
    send: { args: [i32, ptr, u64, i32], returns: i64 },
    recv: { args: [i32, ptr, u64, i32], returns: i64 },
    setsockopt: { args: [i32, i32, i32, ptr, u32], returns: i32 },
    close: { args: [i32], returns: i32 },
  })
}

export class Netlink {
  readonly #libc = openLibc()

  /**
   * Sends messages at once, of which at least one asks to be acknowledged. The kernel's first error number; 0 when all is
   * done, -1 where it does not answer.
   */
  ask(of: number, request: Uint8Array<ArrayBuffer>): number {
    const { socket, send, recv, close } = this.#libc.symbols
    const descriptor = socket(family.netlink, socketRaw, of)
    try {
      if (send(descriptor, request, BigInt(request.length), 0) < 0) return -1
      // It is done by the time that it was sent: all answers are there.
      const answer = new Uint8Array(16_384)
      let outcome = -1
      for (;;) {
        const received = Number(recv(descriptor, answer, BigInt(answer.length), doNotWait))
        if (received < 20) return outcome
        for (const errno of errorsIn(new DataView(answer.buffer, 0, received))) {
          if (errno !== 0) return errno
          outcome = 0
        }
      }
    } finally {
      close(descriptor)
    }
  }

  close(): void {
    this.#libc.close()
  }
}

const socketLevel = 1
/** Beyond what the machine allows to sockets otherwise: CAP_NET_ADMIN. */
const receiveBufferForced = 33

/** A socket that stays open, for what the kernel tells by itself. Nothing waits. */
export class NetlinkSocket {
  readonly #libc = openLibc()
  readonly #descriptor: number
  readonly #buffer = new Uint8Array(65_536)

  /** `bufferBytes`: what may wait to be read. */
  constructor(of: number, bufferBytes: number) {
    const { socket, setsockopt } = this.#libc.symbols
    this.#descriptor = socket(family.netlink, socketRaw, of)
    setsockopt(this.#descriptor, socketLevel, receiveBufferForced, new Uint8Array(Int32Array.of(bufferBytes).buffer), 4)
  }

  /** False where the kernel does not take it. */
  send(request: Uint8Array<ArrayBuffer>): boolean {
    return this.#libc.symbols.send(this.#descriptor, request, BigInt(request.length), 0) >= 0
  }

  /** What was told next, good until the next call; undefined where nothing waits. */
  receive(): DataView | undefined {
    const received = Number(this.#libc.symbols.recv(this.#descriptor, this.#buffer, BigInt(this.#buffer.length), doNotWait))
    return received < headerSize ? undefined : new DataView(this.#buffer.buffer, 0, received)
  }

  close(): void {
    this.#libc.symbols.close(this.#descriptor)
    this.#libc.close()
  }
}

/** The messages in what was received: their type, and what follows their header. */
export function* messagesIn(view: DataView): Iterable<{ readonly type: number; readonly content: DataView }> {
  for (let at = 0; at + headerSize <= view.byteLength;) {
    const length = view.getUint32(at, true)
    if (length < headerSize || at + length > view.byteLength) return
    const content = new DataView(view.buffer, view.byteOffset + at + headerSize, length - headerSize)
    yield { type: view.getUint16(at + 4, true), content }
    at += align(length)
  }
}

/** The error numbers in what the kernel answered, 0 for what is acknowledged. */
function* errorsIn(view: DataView): Iterable<number> {
  for (const { type, content } of messagesIn(view)) if (type === messageError) yield Math.abs(content.getInt32(0, true))
}
