// What fault injection is asked for. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fault-injection.html
import { isIP, isIPv4 } from 'node:net'

export type Protocol = 'tcp' | 'udp'

export interface BlackholePort {
  readonly kind: 'network-blackhole-port'
  readonly port: number
  readonly protocol: Protocol
  /** To the task, or from it. */
  readonly traffic: 'ingress' | 'egress'
  /** Addresses or CIDR blocks that it does not touch. */
  readonly spared: readonly string[]
}

export interface PacketLoss {
  readonly kind: 'network-packet-loss'
  readonly percent: number
  /** Addresses or CIDR blocks that the task sends to. */
  readonly destinations: readonly string[]
  readonly spared: readonly string[]
  /** Of the connections that are touched. */
  readonly flowsPercent: number
}

export interface Latency {
  readonly kind: 'network-latency'
  /** Milliseconds that a packet is late, give or take so many. */
  readonly delay: number
  readonly jitter: number
  /** Addresses or CIDR blocks that the task sends to. */
  readonly destinations: readonly string[]
  readonly spared: readonly string[]
  /** Of the connections that are touched. */
  readonly flowsPercent: number
}

export type NetworkFault = BlackholePort | PacketLoss | Latency
export type FaultKind = NetworkFault['kind']

/** A request that is not taken, in the real agent's words. */
export class FaultRequestRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FaultRequestRefused'
  }
}

/** The task's agent: never cut off by a fault on its own port. */
const agentAddress = '169.254.170.2'
const agentPort = 80

/** Reads a request's body, as the real agent validates it. Throws `FaultRequestRefused`. */
export const faultOf = (kind: FaultKind, text: string): NetworkFault => {
  if (text.trim() === '') throw new FaultRequestRefused('required request body is missing')
  const body = new Body(text)
  if (kind === 'network-blackhole-port') return blackholeOf(body)
  return kind === 'network-packet-loss' ? packetLossOf(body) : latencyOf(body)
}

const latencyOf = (body: Body): Latency => {
  const [delay, jitter] = [body.whole('DelayMilliseconds'), body.whole('JitterMilliseconds')]
  if (delay === 0 && jitter === 0) throw new FaultRequestRefused('required either DelayMilliseconds or JitterMilliseconds to be non-zero')
  const destinations = body.addresses('Sources', 'required')
  const spared = body.addresses('SourcesToFilter')
  return { kind: 'network-latency', delay, jitter, destinations, spared, flowsPercent: body.flowsPercent() }
}

const blackholeOf = (body: Body): BlackholePort => {
  const port = body.whole('Port', 65_535)
  const protocol = body.oneOf('Protocol', body.text('Protocol'), ['tcp', 'udp'] as const)
  const traffic = body.oneOf('TrafficType', body.text('TrafficType'), ['ingress', 'egress'] as const)
  const spared = body.addresses('SourcesToFilter')
  const reachesAgent = traffic === 'egress' && port === agentPort && !spared.includes(agentAddress)
  return { kind: 'network-blackhole-port', port, protocol, traffic, spared: reachesAgent ? [...spared, agentAddress] : spared }
}

const packetLossOf = (body: Body): PacketLoss => {
  const percent = body.whole('LossPercent')
  if (percent < 1 || percent > 100) throw invalid(String(percent), 'LossPercent')
  const destinations = body.addresses('Sources', 'required')
  const spared = body.addresses('SourcesToFilter')
  return { kind: 'network-packet-loss', percent, destinations, spared, flowsPercent: body.flowsPercent() }
}

/** As the real agent prints what is given. */
const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
const invalid = (value: string, name: string): FaultRequestRefused =>
  new FaultRequestRefused(`invalid value ${value} for parameter ${name}`)
const missing = (name: string): FaultRequestRefused => new FaultRequestRefused(`required parameter ${name} is missing`)

class Body {
  readonly #members: ReadonlyMap<string, unknown>

  constructor(text: string) {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      throw new FaultRequestRefused(error instanceof Error ? error.message : 'invalid JSON')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new FaultRequestRefused('the request is not a JSON object')
    this.#members = new Map(Object.entries(value).filter(([, member]) => member !== null))
  }

  whole(name: string, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.#members.get(name)
    if (value === undefined) throw missing(name)
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) throw invalid(shown(value), name)
    return value
  }

  text(name: string): string {
    const value = this.#members.get(name)
    if (value === undefined || value === '') throw missing(name)
    if (typeof value !== 'string') throw invalid(shown(value), name)
    return value
  }

  oneOf<const Value extends string>(name: string, text: string, values: readonly Value[]): Value {
    const value = values.find(each => each === text)
    if (value === undefined) throw invalid(text, name)
    return value
  }

  addresses(name: string, need?: 'required'): readonly string[] {
    const given = this.#members.get(name) ?? []
    if (!Array.isArray(given)) throw invalid(shown(given), name)
    if (need === 'required' && given.length === 0) throw missing(name)
    return given.map(each => {
      if (typeof each !== 'string' || !isAddressOrBlock(each)) throw invalid(shown(each), name)
      return each
    })
  }

  flowsPercent(): number {
    if (!this.#members.has('FlowsPercent')) return 100
    const value = this.#members.get('FlowsPercent')
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0 || value > 100) throw invalid(shown(value), 'flowsPercent')
    return value
  }
}

const isAddressOrBlock = (text: string): boolean => {
  const [address = '', length, ...more] = text.split('/')
  if (isIP(address) === 0 || more.length > 0) return false
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (isIPv4(address) ? 32 : 128))
}
