/**
 * The state: tables in memory, committed to disk. A change is applied in memory at once and the promise settles
 * when it is durable; changes that arrive together share one transaction on disk. When the disk refuses, the
 * change and every later one that is not yet durable are undone in reverse order and their promises reject.
 */

import type { StoredRow } from './journal.ts'

/** A table: how its rows are keyed, ordered and looked up. Rows are JSON values and never mutated: a change puts a whole new row. */
export interface TableDefinition<Row extends object, Index extends string = string> {
  /** Also its name on disk: never changed once released. */
  readonly name: string
  readonly key: (row: Row) => string
  /** The order of listings, as a string compared by code units. The key, where absent. Must be unique for each row. */
  readonly order?: (row: Row) => string
  /** Values by which rows are looked up; `undefined` leaves a row out. */
  readonly indexes?: { readonly [Name in Index]: (row: Row) => string | undefined }
}

export interface Table<Row extends object, Index extends string = string> {
  get(key: string): Row | undefined
  readonly size: number
  /** Every row in the table's order, from the first one after `after` (a value of `order`). */
  all(after?: string): Iterable<Row>
  /** The rows that have `value` in `index`, in the table's order, from the first one after `after`. */
  by(index: Index, value: string, after?: string): Iterable<Row>
  /** How many rows have `value` in `index`. */
  count(index: Index, value: string): number
}

export interface Transaction {
  put<Row extends object, Index extends string>(table: TableDefinition<Row, Index>, row: Row): void
  remove<Row extends object, Index extends string>(table: TableDefinition<Row, Index>, key: string): void
}

export interface Change<Row extends object = object> {
  readonly table: string
  readonly key: string
  /** Absent when the row was made. */
  readonly before: Row | undefined
  /** Absent when the row was removed. */
  readonly after: Row | undefined
}

export interface Store {
  table<Row extends object, Index extends string>(definition: TableDefinition<Row, Index>): Table<Row, Index>
  /**
   * Runs `change` synchronously; what it put and removed is visible at once. Resolves with its answer when that is
   * on disk. If `change` throws, nothing is changed and the promise rejects with what it threw.
   */
  commit<Answer>(change: (transaction: Transaction) => Answer): Promise<Answer>
  /** Every row of every table as they are now, once they are on disk. Rows become text as they are asked for. */
  dump(): Promise<Iterable<StoredRow>>
  /**
   * Makes `rows` all that there is, in one commit; none empties the state. Resolves when that is on disk; what was there
   * before is history.
   */
  replace(rows: readonly StoredRow[]): Promise<void>
  /** Calls `listener` after each commit that was applied, and once for all that were undone together; the answer ends it. */
  watch(listener: (changes: readonly Change[]) => void): () => void
  /** Waits for what is pending, then closes. */
  close(): Promise<void>
}
