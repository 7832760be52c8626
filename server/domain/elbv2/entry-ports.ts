import type { Listener, LoadBalancerTypeEnum } from '../../aws/generated/elbv2.ts'
import { isQuic } from './target-group-family.ts'

interface Range {
  readonly first: number
  readonly last: number
}

/** Ports of the gateway for listeners. */
export interface EntryPorts {
  /** Those that are published on the machine; undefined where none is. */
  readonly published: Range | undefined
  /** Those that are reached inside the cluster alone. */
  readonly unpublished: Range
}

const isIn = (port: number, range: Range | undefined): boolean => range !== undefined && port >= range.first && port <= range.last

/** Whether the gateway has a port, as it may not after its ranges were changed. */
export const isEntryPort = (port: number, { published, unpublished }: EntryPorts): boolean =>
  isIn(port, published) || isIn(port, unpublished)

export const isPublished = (port: number, { published }: EntryPorts): boolean => isIn(port, published)

/**
 * A gateway's port for a listener: its own where that is published and free, else the lowest published one that is
 * free, else the lowest of the others. Undefined when all are taken.
 */
export function entryPortFor(listenerPort: number, taken: ReadonlySet<number>, { published, unpublished }: EntryPorts): number | undefined {
  if (isIn(listenerPort, published) && !taken.has(listenerPort)) return listenerPort
  for (const range of [published, unpublished]) {
    if (range === undefined) continue
    for (let port = range.first; port <= range.last; port++) if (!taken.has(port)) return port
  }
  return undefined
}

/** Whether the gateway carries a listener's traffic. */
export const isCarried = (type: LoadBalancerTypeEnum, { Protocol }: Pick<Listener, 'Protocol'>): boolean =>
  type !== 'gateway' && Protocol !== undefined && !isQuic(Protocol)
