// Tables of nftables as netlink messages: images from scratch have no `nft`. linux/netfilter/nf_tables.h
import { align, attribute, flag, netlinkMessage } from '../netlink.ts'

/** NFNL_SUBSYS_NFTABLES, in the upper half of each message's type. */
const subsystem = 10
const message = { newTable: 0, deleteTable: 2, newChain: 3, newRule: 6 } as const
const batch = { begin: 0x10, end: 0x11 } as const
/** NFPROTO_IPV4. */
const ipv4 = 2
const nested = 0x8000

const element = (kind: number, ...content: readonly Uint8Array[]): Uint8Array => attribute(kind | nested, Buffer.concat(content))
const text = (kind: number, value: string): Uint8Array => attribute(kind, Buffer.from(`${value}\0`))
const number = (kind: number, value: number): Uint8Array => attribute(kind, bytesOf(value))

/** 32 bits, as the network has them. */
export const bytesOf = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value)
  return bytes
}

/** Where a packet is looked at: as it comes into the node, or as it goes out of it. */
export const hook = { prerouting: 0, postrouting: 4 } as const

/** A part of a rule: it goes on to the next while it holds. */
export type Expression = Uint8Array

export interface Chain {
  readonly name: string
  readonly hook: number
  /** What is lower is asked first. */
  readonly priority: number
  /** What of its rules holds first decides; a packet that meets none passes. */
  readonly rules: readonly (readonly Expression[])[]
}

const expression = (name: string, ...content: readonly Uint8Array[]): Expression => element(1, text(1, name), element(2, ...content))

/** The registers: of 16 bytes, and from 8 on of four. */
const register = { verdict: 0, first: 1, words: 8 } as const
const value = (kind: number, bytes: Uint8Array): Uint8Array => element(kind, attribute(1, bytes))
const comparison = { equal: 0, less: 2 } as const

const compared = (how: number, bytes: Uint8Array, at: number = register.first): Expression =>
  expression('cmp', number(1, at), number(2, how), value(3, bytes))

/** Loads bytes of a packet: of its network header, or of its transport header. */
const loaded = (base: 'network' | 'transport', offset: number, length: number, at: number = register.first): Expression =>
  expression('payload', number(1, at), number(2, base === 'network' ? 1 : 2), number(3, offset), number(4, length))

/** Where an IPv4 header has them. */
const addressOffset = { source: 12, destination: 16 } as const

export const addressIs = (which: keyof typeof addressOffset, address: Uint8Array, mask: Uint8Array): readonly Expression[] => [
  loaded('network', addressOffset[which], 4),
  expression('bitwise', number(1, register.first), number(2, register.first), number(3, 4), value(4, mask), value(5, new Uint8Array(4))),
  compared(comparison.equal, address),
]

const metaProtocol = 16
export const protocolIs = (ipProtocol: number): readonly Expression[] => [
  expression('meta', number(1, register.first), number(2, metaProtocol)),
  compared(comparison.equal, Uint8Array.of(ipProtocol)),
]

export const destinationPortIs = (port: number): readonly Expression[] => [
  loaded('transport', 2, 2),
  compared(comparison.equal, Uint8Array.of(port >> 8, port & 0xff)),
]

/** Numbers are compared byte by byte: they have to be in the network's order. */
const isBelow = (limit: number): readonly Expression[] => [
  expression('byteorder', number(1, register.first), number(2, register.first), number(3, 1), number(4, 4), number(5, 4)),
  compared(comparison.less, bytesOf(limit)),
]

/** So many of a hundred packets, at random. */
export const inPercent = (percent: number): readonly Expression[] => [
  expression('numgen', number(1, register.first), number(2, 100), number(3, 1), number(4, 0)),
  ...isBelow(percent),
]

/** So many of a hundred connections: all packets of one from addresses and ports to addresses and ports, or none. */
export const flowInPercent = (percent: number): readonly Expression[] => [
  loaded('network', addressOffset.source, 8, register.words),
  loaded('transport', 0, 4, register.words + 2),
  // The hash is made of what begins at the first of these registers; the seed is any number.
  expression(
    'hash',
    number(1, register.words),
    number(2, register.first + 1),
    number(3, 12),
    number(4, 100),
    number(5, 1),
    number(6, 0),
    number(7, 0),
  ),
  expression('byteorder', number(1, register.first + 1), number(2, register.first + 1), number(3, 1), number(4, 4), number(5, 4)),
  compared(comparison.less, bytesOf(percent), register.first + 1),
]

const verdict = (code: number): Expression => expression('immediate', number(1, register.verdict), element(2, element(2, number(1, code))))
export const drop = verdict(0)
/** It passes this chain; others are asked all the same. */
export const accept = verdict(1)

/** 16 bits, as the network has them. */
const short = (kind: number, of: number): Uint8Array => attribute(kind, Uint8Array.of(of >> 8, of & 0xff))

/** How a kernel hands packets to a program: nftables' own expression, or the target of iptables that some have instead. */
export type Queueing = 'nft_queue' | 'xt_NFQUEUE'

/** Hands a packet to the program that has opened this queue; without one it passes. */
export const queued = (queue: number, how: Queueing): Expression => {
  const bypass = 1
  if (how === 'nft_queue') return expression('queue', short(1, queue), short(2, 1), short(3, bypass))
  // struct xt_NFQ_info_v3, with its size rounded up to eight bytes.
  return expression('target', text(1, 'NFQUEUE'), number(2, 3), attribute(3, new Uint8Array(Uint16Array.of(queue, 1, bypass, 0).buffer)))
}

const about = (family: number, of = 0): Uint8Array => Uint8Array.of(family, 0, of >> 8, of & 0xff)

const messageOf = (type: number, flags: number, ...content: readonly Uint8Array[]): Uint8Array =>
  netlinkMessage((subsystem << 8) | type, flag.acknowledge | flags, Buffer.concat([about(ipv4), ...content]))

/** All of it takes effect at once, or nothing does. */
const transaction = (messages: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const all = [netlinkMessage(batch.begin, 0, about(0, subsystem)), ...messages, netlinkMessage(batch.end, 0, about(0, subsystem))]
  const bytes = new Uint8Array(all.reduce((size, each) => size + align(each.length), 0))
  let at = 0
  for (const [sequence, each] of all.entries()) {
    bytes.set(each, at)
    new DataView(bytes.buffer).setUint32(at + 8, sequence, true)
    at += align(each.length)
  }
  return bytes
}

/** Made first, so that it is there to be deleted. */
const withoutTable = (table: string): readonly Uint8Array[] => [
  messageOf(message.newTable, flag.create, text(1, table)),
  messageOf(message.deleteTable, 0, text(1, table)),
]

/** Takes a table away; one that is not there is as good. */
export const tableRemoved = (table: string): Uint8Array<ArrayBuffer> => transaction(withoutTable(table))

/** Puts a table with these chains in the place of the one that there may be. */
export const tableReplaced = (table: string, chains: readonly Chain[]): Uint8Array<ArrayBuffer> =>
  transaction([
    ...withoutTable(table),
    messageOf(message.newTable, flag.create, text(1, table)),
    ...chains.flatMap(chain => [
      messageOf(
        message.newChain,
        flag.create,
        text(1, table),
        text(3, chain.name),
        element(4, number(1, chain.hook), number(2, chain.priority)),
        number(5, 1),
        text(7, 'filter'),
      ),
      ...chain.rules.map(rule =>
        messageOf(message.newRule, flag.create | flag.append, text(1, table), text(2, chain.name), element(4, ...rule)),
      ),
    ]),
  ])
