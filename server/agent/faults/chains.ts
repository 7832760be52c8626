import { isIPv4 } from 'node:net'
import {
  accept,
  addressIs,
  type Chain,
  destinationPortIs,
  drop,
  type Expression,
  flowInPercent,
  hook,
  inPercent,
  protocolIs,
  queued,
  type Queueing,
} from './nftables.ts'
import type { BlackholePort, Latency, PacketLoss } from './requests.ts'

/** Before whatever follows connections and gives packets other addresses. */
const first = -301
const ipProtocols = { tcp: 6, udp: 17 } as const

/** What of a task's packets is dropped where they come into the node, or leave it for the task. Pods have IPv4 addresses. */
export const chainOf = (fault: BlackholePort | PacketLoss, address: string): Chain => {
  if (fault.kind === 'network-packet-loss') return sentChain(fault, address, [...inPercent(fault.percent), drop])
  const isEgress = fault.traffic === 'egress'
  const of = block(address, isEgress ? 'source' : 'destination')
  return {
    name: blackholeName(fault),
    hook: isEgress ? hook.prerouting : hook.postrouting,
    priority: first,
    rules: [
      ...passes(of, fault.spared, isEgress ? 'destination' : 'source'),
      [...of, ...protocolIs(ipProtocols[fault.protocol]), ...destinationPortIs(fault.port), drop],
    ],
  }
}

/** What of a task's packets is handed to whoever makes them late. */
export const latencyChainOf = (fault: Latency, address: string, queue: number, how: Queueing): Chain =>
  sentChain(fault, address, [queued(queue, how)])

/** What happens to what the task sends to some addresses, on some of its connections. */
const sentChain = (fault: PacketLoss | Latency, address: string, happens: readonly Expression[]): Chain => {
  const of = block(address, 'source')
  const touched = fault.flowsPercent < 100 ? flowInPercent(fault.flowsPercent) : []
  return {
    name: fault.kind,
    hook: hook.prerouting,
    priority: first,
    rules: [
      ...passes(of, fault.spared, 'destination'),
      ...fault.destinations.filter(isVersion4).map(each => [...of, ...block(each, 'destination'), ...touched, ...happens]),
    ],
  }
}

export const blackholeName = ({ traffic, protocol, port }: BlackholePort): string => `${traffic}-${protocol}-${port}`

type Which = 'source' | 'destination'

const passes = (of: readonly Expression[], spared: readonly string[], which: Which): readonly (readonly Expression[])[] =>
  spared.filter(isVersion4).map(each => [...of, ...block(each, which), accept])

const isVersion4 = (text: string): boolean => isIPv4(text.split('/')[0] ?? '')

/** An address, or a CIDR block. */
const block = (text: string, which: Which): readonly Expression[] => {
  const [address = '', length = '32'] = text.split('/')
  const octets = address.split('.').map(Number)
  const mask = octets.map((_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, Number(length) - index * 8))))
  return addressIs(
    which,
    Uint8Array.from(octets, (octet, index) => octet & (mask[index] ?? 0)),
    Uint8Array.from(mask),
  )
}
