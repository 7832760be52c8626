import type { Change } from './store.ts'

/** What a change set needs of a table, whatever its rows are. `MemoryTable` is one. */
export interface ChangedTable {
  readonly definition: { readonly name: string }
  put(row: object): { readonly key: string; readonly before: object | undefined }
  remove(key: string): object | undefined
  /** Every row with its key. */
  entries(): Iterable<readonly [key: string, row: object]>
}

interface RowChange extends Change {
  readonly target: ChangedTable
}

/** The changes of one commit, one for each row however often it was put, and the way back. */
export class ChangeSet {
  readonly #rows = new Map<string, RowChange>()

  /** Records that a row has been put or removed. */
  add(target: ChangedTable, key: string, before: object | undefined, after: object | undefined): void {
    const id = `${target.definition.name} ${key}`
    const earlier = this.#rows.get(id)
    const first = earlier === undefined ? before : earlier.before
    if (first === undefined && after === undefined) this.#rows.delete(id)
    else this.#rows.set(id, { target, table: target.definition.name, key, before: first, after })
  }

  get changes(): readonly Change[] {
    return this.#rows.values().toArray()
  }

  /** Puts every table back to what it was before. All removals go first: orders may have been exchanged among rows. */
  undo(): void {
    for (const { target, key } of this.#rows.values()) target.remove(key)
    for (const { target, before } of this.#rows.values()) {
      if (before !== undefined) target.put(before)
    }
  }

  /** The same changes seen backwards, as a watcher is told of them. */
  get reverted(): readonly Change[] {
    return this.changes.map(({ table, key, before, after }) => ({ table, key, before: after, after: before }))
  }
}
