import type { Listener, LoadBalancerTypeEnum, ProtocolEnum } from '../../aws/generated/elbv2.ts'
import { isQuic, isUdp } from './target-group-family.ts'

interface Range {
  readonly first: number
  readonly last: number
}

/** Ports of the gateway that are ports of the machine too. */
export interface PublishedPorts {
  /** Undefined where none is. */
  readonly published: Range | undefined
  /** Those of them that are published for UDP too. */
  readonly publishedForUdp: Range | undefined
}

/** Ports of the gateway for listeners. */
export interface EntryPorts extends PublishedPorts {
  /** Those that are reached inside the cluster alone. */
  readonly unpublished: Range
}

const portsIn = (range: Range | undefined): readonly number[] =>
  range === undefined ? [] : Array.from({ length: range.last - range.first + 1 }, (_, at) => range.first + at)

const isIn = (port: number, range: Range | undefined): boolean => range !== undefined && port >= range.first && port <= range.last

/** Whether a listener of that protocol can have the gateway's port, as it may not any more after ranges were changed. */
export const isEntryPort = (port: number, protocol: ProtocolEnum | undefined, ports: EntryPorts): boolean =>
  isPublished(port, protocol, ports) || isIn(port, ports.unpublished)

/** Whether a listener of that protocol is reached at the gateway's port from this machine. */
export const isPublished = (port: number, protocol: ProtocolEnum | undefined, { published, publishedForUdp }: PublishedPorts): boolean =>
  isIn(port, isUdp(protocol) ? publishedForUdp : published)

/**
 * A gateway's port for a listener: its own where that is published and free, else the lowest published one that is
 * free, else the lowest of the others. TCP leaves those that UDP can have alone until there is no other. Undefined when
 * all are taken.
 */
export function entryPortFor(
  { Port = 0, Protocol }: Pick<Listener, 'Port' | 'Protocol'>,
  taken: ReadonlySet<number>,
  ports: EntryPorts,
): number | undefined {
  const isOpen = (port: number): boolean => !taken.has(port)
  if (isPublished(Port, Protocol, ports) && isOpen(Port)) return Port
  const published = portsIn(isUdp(Protocol) ? ports.publishedForUdp : ports.published)
  const [forTcpAlone, forBoth] = isUdp(Protocol)
    ? [[], published]
    : [published.filter(port => !isIn(port, ports.publishedForUdp)), portsIn(ports.publishedForUdp)]
  return [...forTcpAlone, ...forBoth, ...portsIn(ports.unpublished)].find(isOpen)
}

/** Whether the gateway carries a listener's traffic. */
export const isCarried = (type: LoadBalancerTypeEnum, { Protocol }: Pick<Listener, 'Protocol'>): boolean =>
  type !== 'gateway' && Protocol !== undefined && !isQuic(Protocol)
