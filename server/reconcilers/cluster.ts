import type { Clock } from '../../shared/clock.ts'
import type { ClusterRef } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'
import { type ClusterRow, clusters, tasks } from '../store/tables.ts'
import type { ClusterRooms } from './cluster-rooms.ts'
import type { Reconciler } from './reconciler.ts'

export interface ClusterReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly rooms: ClusterRooms
}

/** How long a deleted cluster is still described as INACTIVE. Milliseconds. */
const inactiveRetentionMs = 3_600_000
/** How often a deleted cluster's last tasks are looked at. Milliseconds. */
const lookAgainMs = 1_000

/**
 * Makes room for ACTIVE clusters; removes the room of INACTIVE ones once their tasks are STOPPED, and their rows
 * when they were described for long enough.
 */
export class ClusterReconciler implements Reconciler {
  readonly kind = 'cluster'
  readonly #parts: ClusterReconcilerParts
  /** Namespaces that this process removed. */
  readonly #removed = new Set<string>()

  constructor(parts: ClusterReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    for (const row of this.#clusters.all()) yield row.cluster.clusterArn
  }

  forget(): void {
    this.#removed.clear()
  }

  async reconcile(key: string): Promise<number | undefined> {
    const row = this.#clusters.get(key)
    if (row === undefined) return undefined
    if (row.cluster.status === 'INACTIVE') return this.#inactive(row)
    this.#removed.delete(row.namespace)
    await this.#parts.rooms.prepare(refOf(row))
    return undefined
  }

  async #inactive(row: ClusterRow): Promise<number | undefined> {
    const { clock, rooms, store } = this.#parts
    if (this.#hasActiveTasks(row)) return lookAgainMs
    if (!this.#removed.has(row.namespace)) {
      await rooms.remove(refOf(row))
      this.#removed.add(row.namespace)
    }
    const remainingMs = (row.deletedAt ?? row.createdAt) + inactiveRetentionMs - clock.now()
    if (remainingMs > 0) return remainingMs
    // It may have been made again while its room was removed.
    if (this.#clusters.get(row.cluster.clusterArn) !== row) return 0
    await store.commit(transaction => transaction.remove(clusters, row.cluster.clusterArn))
    this.#removed.delete(row.namespace)
    return undefined
  }

  #hasActiveTasks(row: ClusterRow): boolean {
    for (const { task } of this.#parts.store.table(tasks).by('cluster', row.cluster.clusterArn)) {
      if (task.lastStatus !== 'STOPPED') return true
    }
    return false
  }

  get #clusters() {
    return this.#parts.store.table(clusters)
  }
}

const refOf = (row: ClusterRow): ClusterRef => ({ clusterArn: row.cluster.clusterArn, namespace: row.namespace })
