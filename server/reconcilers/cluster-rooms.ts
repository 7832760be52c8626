import type { ClusterRef, Runtime } from '../runtime/runtime.ts'

/** Which clusters' rooms are made, so that a task does not ask for its own anew and never starts before it is there. */
export class ClusterRooms {
  readonly #runtime: Runtime
  readonly #prepared = new Map<string, Promise<void>>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Resolves when the room is there; asks the runtime once. */
  prepare(cluster: ClusterRef): Promise<void> {
    const known = this.#prepared.get(cluster.namespace)
    if (known !== undefined) return known
    const prepared = this.#runtime.prepareCluster(cluster)
    this.#prepared.set(cluster.namespace, prepared)
    prepared.catch(() => this.forget(cluster))
    return prepared
  }

  /** The next `prepare` asks the runtime again: the room failed, or somebody may have removed it. */
  forget(cluster: ClusterRef): void {
    this.#prepared.delete(cluster.namespace)
  }

  async remove(cluster: ClusterRef): Promise<void> {
    this.forget(cluster)
    await this.#runtime.removeCluster(cluster)
  }
}
