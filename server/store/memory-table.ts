import { type Entry, SortedEntries } from './sorted-entries.ts'
import type { Table, TableDefinition } from './store.ts'

const nothing: readonly never[] = []

/** A table in memory: rows by key, in the table's order, and by each index in the same order. */
export class MemoryTable<Row extends object, Index extends string = string> implements Table<Row, Index> {
  readonly definition: TableDefinition<Row, Index>
  readonly #byKey = new Map<string, Entry<Row>>()
  readonly #ordered: SortedEntries<Row>
  readonly #indexes: readonly (readonly [name: string, valueOf: (row: Row) => string | undefined])[]
  /** One for each index, by value. A value that no row has any more is dropped. */
  readonly #lists: readonly Map<string, SortedEntries<Row>>[]

  /** Makes the table with the rows that it had on disk. */
  constructor(definition: TableDefinition<Row, Index>, rows: Iterable<Row> = nothing) {
    this.definition = definition
    this.#indexes = Object.entries<(row: Row) => string | undefined>(definition.indexes ?? {})
    this.#lists = this.#indexes.map(() => new Map())
    const entries = Array.from(rows, row => this.#entry(row)).sort((a, b) => (a.order < b.order ? -1 : 1))
    this.#ordered = new SortedEntries(entries)
    for (const entry of entries) {
      this.#byKey.set(entry.key, entry)
      this.#insertIntoIndexes(entry)
    }
  }

  get(key: string): Row | undefined {
    return this.#byKey.get(key)?.row
  }

  get size(): number {
    return this.#byKey.size
  }

  *entries(): Iterable<readonly [key: string, row: Row]> {
    for (const [key, { row }] of this.#byKey) yield [key, row]
  }

  all(after?: string): Iterable<Row> {
    return this.#ordered.rows(after)
  }

  by(index: Index, value: string, after?: string): Iterable<Row> {
    return this.#list(index, value)?.rows(after) ?? nothing
  }

  count(index: Index, value: string): number {
    return this.#list(index, value)?.size ?? 0
  }

  /** Puts a row in the place of the one with its key. Answers the key and what was there. */
  put(row: Row): { readonly key: string; readonly before: Row | undefined } {
    const entry = this.#entry(row)
    const existing = this.#byKey.get(entry.key)
    const before = existing?.row
    if (existing !== undefined && samePlaces(existing, entry)) {
      existing.row = row
      return { key: entry.key, before }
    }
    const occupant = this.#ordered.at(entry.order)
    if (occupant !== undefined && occupant !== existing) {
      throw new Error(`table ${this.definition.name}: rows ${occupant.key} and ${entry.key} have the same order, ${entry.order}`)
    }
    if (existing !== undefined) this.#take(existing)
    this.#byKey.set(entry.key, entry)
    this.#ordered.insert(entry)
    this.#insertIntoIndexes(entry)
    return { key: entry.key, before }
  }

  /** Removes a row and answers it; undefined where there is none. */
  remove(key: string): Row | undefined {
    const existing = this.#byKey.get(key)
    if (existing === undefined) return undefined
    this.#take(existing)
    return existing.row
  }

  #entry(row: Row): Entry<Row> {
    const key = this.definition.key(row)
    return { key, order: this.definition.order?.(row) ?? key, row, indexed: this.#indexes.map(([, valueOf]) => valueOf(row)) }
  }

  #list(index: Index, value: string): SortedEntries<Row> | undefined {
    const position = this.#indexes.findIndex(([name]) => name === index)
    const list = this.#lists[position]
    if (list === undefined) throw new Error(`table ${this.definition.name} has no index ${index}`)
    return list.get(value)
  }

  #take(entry: Entry<Row>): void {
    this.#byKey.delete(entry.key)
    this.#ordered.remove(entry)
    for (const [position, values] of this.#lists.entries()) {
      const value = entry.indexed[position]
      const list = value === undefined ? undefined : values.get(value)
      if (value === undefined || list === undefined) continue
      list.remove(entry)
      if (list.size === 0) values.delete(value)
    }
  }

  #insertIntoIndexes(entry: Entry<Row>): void {
    for (const [position, values] of this.#lists.entries()) {
      const value = entry.indexed[position]
      if (value === undefined) continue
      const list = values.get(value)
      if (list === undefined) values.set(value, new SortedEntries([entry]))
      else list.insert(entry)
    }
  }
}

const samePlaces = (a: Entry<unknown>, b: Entry<unknown>): boolean =>
  a.order === b.order && a.indexed.every((value, position) => value === b.indexed[position])
