import type { Node, WatchEvent } from '../../../shared/kube/index.ts'
import { parseQuantity } from './quantity.ts'
import type { RuntimeNode } from '../runtime.ts'

/** The cluster's nodes as they were last seen, by name. */
export class Nodes {
  readonly #nodes = new Map<string, RuntimeNode>()

  accept(event: WatchEvent<Node>): void {
    if (event.is === 'listed') {
      this.#nodes.clear()
      for (const node of event.items) this.#note(node)
    } else if (event.is === 'deleted') this.#nodes.delete(event.object.metadata?.name ?? '')
    else this.#note(event.object)
  }

  all(): readonly RuntimeNode[] {
    return [...this.#nodes.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  #note(node: Node): void {
    const seen = runtimeNodeOf(node)
    if (seen !== undefined) this.#nodes.set(seen.name, seen)
  }
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
