import type { Node, WatchEvent } from '../../../shared/kube/index.ts'
import { parseQuantity } from './quantity.ts'
import type { RuntimeNode } from '../runtime.ts'

/** The cluster's nodes as they were last seen, by name. */
export class Nodes {
  readonly #nodes = new Map<string, RuntimeNode>()
  /** Of zones by their labels. */
  #letters: ReadonlyMap<string, string> = new Map()

  accept(event: WatchEvent<Node>): void {
    if (event.is === 'listed') {
      this.#nodes.clear()
      for (const node of event.items) this.#note(node)
    } else if (event.is === 'deleted') this.#nodes.delete(event.object.metadata?.name ?? '')
    else this.#note(event.object)
    this.#letters = zoneLetters([...this.#nodes.values()].map(labelOf))
  }

  all(): readonly RuntimeNode[] {
    return [...this.#nodes.values()]
      .map(node => withZone(node, this.zoneOf(node.name)))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** The letter of a node's zone; undefined where all are in one. */
  zoneOf(name: string): string | undefined {
    const node = this.#nodes.get(name)
    return this.#letters.size < 2 || node === undefined ? undefined : this.#letters.get(labelOf(node))
  }

  #note(node: Node): void {
    const seen = runtimeNodeOf(node)
    if (seen !== undefined) this.#nodes.set(seen.name, seen)
  }
}

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone */
const labelOf = ({ labels }: RuntimeNode): string => labels['topology.kubernetes.io/zone'] ?? ''

const withZone = (node: RuntimeNode, zone: string | undefined): RuntimeNode => (zone === undefined ? node : { ...node, zone })

/** The letter that a label ends with, as AWS' and Google's zones do, where that tells them apart; else by their order. */
export const zoneLetters = (labels: readonly string[]): ReadonlyMap<string, string> => {
  const zones = [...new Set(labels)].sort()
  const own = zones.map(zone => /[\d-]([a-z])$/.exec(zone)?.[1])
  const areTheirs = own.every(letter => letter !== undefined) && new Set(own).size === zones.length
  return new Map(zones.map((zone, index) => [zone, (areTheirs ? own[index] : String.fromCodePoint(97 + (index % 26))) ?? 'a']))
}

/** A node as ECS' container instances need it; undefined for one that takes no Linux pods. */
export function runtimeNodeOf({ metadata, status }: Node): RuntimeNode | undefined {
  const name = metadata?.name
  const labels = metadata?.labels ?? {}
  if (name === undefined || (labels['kubernetes.io/os'] ?? 'linux') !== 'linux') return undefined
  const size = status?.allocatable ?? status?.capacity ?? {}
  const info = status?.nodeInfo
  const address = addressOf(status)
  return {
    name,
    cpu: Math.floor(parseQuantity(size['cpu'] ?? '0') * 1024),
    memory: Math.floor(parseQuantity(size['memory'] ?? '0') / 2 ** 20),
    cpuArchitecture: info?.architecture === 'arm64' ? 'arm64' : 'x86_64',
    labels,
    isReady: isReady(status),
    ...(address === undefined ? {} : { address }),
    createdAt: Date.parse(metadata?.creationTimestamp ?? '') || 0,
    ...(info === undefined ? {} : { containerRuntimeVersion: info.containerRuntimeVersion }),
  }
}

const isReady = (status: Node['status']): boolean =>
  status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false

const addressOf = (status: Node['status']): string | undefined => status?.addresses?.find(({ type }) => type === 'InternalIP')?.address
