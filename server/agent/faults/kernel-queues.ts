// Packets that rules of the kernel hand to a program, which says when each goes on. linux/netfilter/nfnetlink_queue.h
import { attribute, flag, messageError, messagesIn, NetlinkSocket, netlinkMessage, protocol } from '../netlink.ts'

/** NFNL_SUBSYS_QUEUE, in the upper half of each message's type. */
const subsystem = 3
const message = { packet: 0, verdict: 1, config: 2 } as const
const typeOf = (kind: keyof typeof message): number => (subsystem << 8) | message[kind]
const configure = { command: 1, parameters: 2, mostPackets: 3, mask: 4, flags: 5 } as const
const command = { bind: 1, unbind: 2 } as const
/** Of packets nothing is copied but what they are called by. */
const copyNone = 1
/** Segments that the network card would cut are handed over in one. */
const uncut = 4
const accept = 1

/** A packet that waits in a queue. */
export interface QueuedPacket {
  readonly queue: number
  readonly id: number
}

/** Where packets come from and go on to; the kernel, or what stands for it in tests. */
export interface PacketQueues {
  /** The kernel's error number, 0 when it is open. */
  open(queue: number, mostPackets: number): number
  close(queue: number): void
  /** What came since the last call. */
  take(): readonly QueuedPacket[]
  pass(packet: QueuedPacket): void
}

/** Of what may wait to be read. Bytes. */
const bufferBytes = 4 * 1024 ** 2

/** Queues of the network that this process is in. What still waits in one that is closed is lost. */
export class KernelQueues implements PacketQueues {
  readonly #opened = new Set<number>()
  /** Packets of other queues that came before an answer. */
  readonly #waiting: QueuedPacket[] = []
  #socket: NetlinkSocket | undefined

  open(queue: number, mostPackets: number): number {
    const socket = (this.#socket ??= new NetlinkSocket(protocol.netfilter, bufferBytes))
    const requests = [
      attribute(configure.command, Uint8Array.of(command.bind, 0, 0, 0)),
      attribute(configure.parameters, Uint8Array.of(0, 0, 0, 0, copyNone)),
      attribute(configure.mostPackets, bigEndian(mostPackets)),
      Buffer.concat([attribute(configure.mask, bigEndian(uncut)), attribute(configure.flags, bigEndian(uncut))]),
    ]
    for (const [at, request] of requests.entries()) {
      const isSent = socket.send(messageAbout('config', queue, request, flag.acknowledge))
      const errno = isSent ? this.#acknowledged() : -1
      // An older kernel that does not know the last is as good.
      if (errno === 0 || at === requests.length - 1) continue
      this.#closeUnused()
      return errno
    }
    this.#opened.add(queue)
    return 0
  }

  close(queue: number): void {
    if (!this.#opened.delete(queue)) return
    this.#socket?.send(messageAbout('config', queue, attribute(configure.command, Uint8Array.of(command.unbind, 0, 0, 0))))
    this.#closeUnused()
  }

  take(): readonly QueuedPacket[] {
    const taken = this.#waiting.splice(0)
    for (let view = this.#socket?.receive(); view !== undefined; view = this.#socket?.receive()) taken.push(...packetsIn(view))
    return taken
  }

  pass({ queue, id }: QueuedPacket): void {
    this.#socket?.send(messageAbout('verdict', queue, attribute(2, Buffer.concat([bigEndian(accept), bigEndian(id)]))))
  }

  #acknowledged(): number {
    for (let view = this.#socket?.receive(); view !== undefined; view = this.#socket?.receive()) {
      this.#waiting.push(...packetsIn(view))
      for (const { type, content } of messagesIn(view)) if (type === messageError) return Math.abs(content.getInt32(0, true))
    }
    return -1
  }

  #closeUnused(): void {
    if (this.#opened.size > 0) return
    this.#socket?.close()
    this.#socket = undefined
  }
}

const bigEndian = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** nfgenmsg: family, version, and the queue's number as the network has it. */
const messageAbout = (kind: keyof typeof message, queue: number, content: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> =>
  netlinkMessage(typeOf(kind), flags, Buffer.concat([Uint8Array.of(0, 0, queue >> 8, queue & 0xff), content]))

/** Of a packet the kernel tells its header first: nfqnl_msg_packet_hdr, with the id at its beginning. */
const packetHeader = 1

function* packetsIn(view: DataView): Iterable<QueuedPacket> {
  for (const { type, content } of messagesIn(view)) {
    if (type !== typeOf('packet') || content.byteLength < 12) continue
    if ((content.getUint16(6, true) & 0x3fff) === packetHeader) yield { queue: content.getUint16(2), id: content.getUint32(8) }
  }
}
