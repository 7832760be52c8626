import type { Snapshot, Snapshots } from '../store/snapshots.ts'
import { clusters } from '../store/tables.ts'
import { whileQuiet } from './quiet.ts'
import { type ResetParts, clusterRef, namedInCluster, removeRooms, wakeGone } from './reset.ts'

export interface RestoreReport {
  readonly rows: number
  /** The snapshot of what was there before. */
  readonly before: Pick<Snapshot, 'name'>
}

/**
 * Puts the instance back to a snapshot: its rows are all that there is then, in one commit, so that a crash leaves the
 * one state or the other. What was there is a snapshot first, and history after. Reconcilers do the rest: tasks that run
 * and have no row are stopped, tasks that the snapshot has as running and that are gone are STOPPED, services come back to
 * their desired count. Should the process end before, history tells that the first ones are not to be taken back. Rejects with a `StoreError` for a snapshot that is not there or damaged, and with `StillBusy`.
 */
export const restore = async (parts: ResetParts & { readonly snapshots: Snapshots }, name: string): Promise<RestoreReport> => {
  const {
    store,
    log,
    snapshots,
    reconciling: { controller, rooms },
  } = parts
  const rows = await snapshots.read(name)
  return whileQuiet(parts, async () => {
    const before = await snapshots.takeBefore('restore', await store.dump())
    const old = Array.from(store.table(clusters).all(), clusterRef)
    const named = namedInCluster(store)
    await store.replace(rows)
    controller.forget()
    wakeGone(parts, named)
    await removeRooms(
      rooms,
      old.filter(({ clusterArn }) => store.table(clusters).get(clusterArn) === undefined),
    )
    log.info({ snapshot: name, rows: rows.length, before: before.name }, 'restored')
    return { rows: rows.length, before: { name: before.name } }
  })
}
