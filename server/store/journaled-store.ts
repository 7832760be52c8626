import type { Clock } from '../../shared/clock.ts'
import { Announcer } from './announcer.ts'
import { type ChangedTable, ChangeSet } from './change-set.ts'
import { type Commit, CommitQueue } from './commit-queue.ts'
import { StoreError } from './errors.ts'
import type { Journal, JournalContents, Revision, StoredRow } from './journal.ts'
import { MemoryTable } from './memory-table.ts'
import { type RowText, changeText, parseRow, storedRows, unclaimedChanges } from './row-text.ts'
import type { StoreLog } from './store-log.ts'
import type { Change, Store, Table, TableDefinition, Transaction } from './store.ts'

export interface JournaledStoreOptions {
  readonly journal: Journal
  readonly clock: Clock
  readonly log: StoreLog
  /** Called with each row before it is put. */
  readonly onPut?: (row: object) => void
}

/** The store over a journal; `contents` is what the journal held. See `Store` for what it promises. */
export class JournaledStore implements Store {
  readonly #options: JournaledStoreOptions
  readonly #tables = new Map<string, ChangedTable>()
  /** Rows from the journal, of tables that nobody has asked for yet. */
  readonly #unclaimed: Map<string, StoredRow[]>
  readonly #announcer: Announcer
  readonly #queue: CommitQueue
  #revision: number
  #inChange = false
  #closed: Promise<void> | undefined

  constructor(options: JournaledStoreOptions, contents: JournalContents) {
    this.#options = options
    this.#revision = contents.lastRevision
    this.#unclaimed = Map.groupBy(contents.rows, row => row.table)
    this.#announcer = new Announcer(options.log)
    this.#queue = new CommitQueue({
      ...options,
      nextRevision: () => ++this.#revision,
      undo: commits => {
        // All of it before anybody is told: what they commit then builds on what is left.
        for (const changes of commits) changes.undo()
        this.#announcer.announce(commits.flatMap(({ reverted }) => reverted))
      },
    })
  }

  table<Row extends object, Index extends string>(definition: TableDefinition<Row, Index>): Table<Row, Index> {
    return this.#memoryTable(definition)
  }

  async commit<Answer>(change: (transaction: Transaction) => Answer): Promise<Answer> {
    const { answer, ...commit } = this.#apply(change)
    const durable = this.#queue.push(commit)
    this.#announcer.announce(commit.changes.changes)
    await durable
    return answer
  }

  async dump(): Promise<Iterable<StoredRow>> {
    // Rows are never mutated: what is collected now stays as it is.
    const tables = [...this.#tables].map(([name, table]) => ({ table: name, rows: [...table.entries()] }))
    const unclaimed = [...this.#unclaimed.values()].flat()
    await this.commit(() => undefined)
    return storedRows(tables, unclaimed)
  }

  async replace(rows: readonly StoredRow[]): Promise<void> {
    const wanted = Map.groupBy(rows, ({ table }) => table)
    const { answer: _answer, ...commit } = this.#apply(transaction => {
      for (const [name, table] of this.#tables) transaction.replace(table, wanted.get(name) ?? [])
    })
    const before = new Map(this.#unclaimed)
    this.#unclaimed.clear()
    for (const [name, own] of wanted) if (!this.#tables.has(name)) this.#unclaimed.set(name, own)
    const others = this.#revisions(unclaimedChanges(before, this.#unclaimed))
    const durable = this.#queue.push({ ...commit, revisions: [...commit.revisions, ...others] })
    this.#announcer.announce(commit.changes.changes)
    try {
      await durable
    } catch (error) {
      this.#unclaimed.clear()
      for (const [name, own] of before) this.#unclaimed.set(name, own)
      throw error
    }
  }

  watch(listener: (changes: readonly Change[]) => void): () => void {
    return this.#announcer.watch(listener)
  }

  /** Why nothing can be written, such as a full disk; undefined where it can, as far as is known. */
  trouble(): Promise<string | undefined> {
    return this.#queue.trouble()
  }

  close(): Promise<void> {
    this.#closed ??= this.#drainAndClose()
    return this.#closed
  }

  async #drainAndClose(): Promise<void> {
    await this.#queue.drain()
    await this.#options.journal.close()
  }

  #memoryTable<Row extends object, Index extends string>(definition: TableDefinition<Row, Index>): MemoryTable<Row, Index> {
    const existing = this.#tables.get(definition.name)
    if (existing !== undefined) {
      if (existing.definition !== definition) throw new Error(`table ${definition.name} is defined twice`)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this very definition made the table
      return existing as MemoryTable<Row, Index>
    }
    const stored = this.#unclaimed.get(definition.name) ?? []
    const table = new MemoryTable<Row, Index>(definition, stored.map(parseRow<Row>))
    this.#unclaimed.delete(definition.name)
    this.#tables.set(definition.name, table)
    return table
  }

  /** Runs `change` against memory. If it throws, nothing has changed. */
  #apply<Answer>(change: (transaction: OpenTransaction) => Answer): Commit & { readonly answer: Answer } {
    if (this.#closed !== undefined) throw new StoreError('The state is closed.', 'Start the control plane again.')
    if (this.#inChange) throw new Error('a commit was started within the change of another one')
    const changes = new ChangeSet()
    const transaction = new OpenTransaction(changes, definition => this.#memoryTable(definition), this.#options.onPut)
    this.#inChange = true
    try {
      const answer = change(transaction)
      if (answer instanceof Promise) {
        // It has nothing left to use, so it may well fail; that is not the failure to report.
        answer.catch(() => {})
        throw new TypeError('a change must be synchronous; this one answered a promise')
      }
      return { answer, changes, revisions: this.#revisions(changes.changes.map(changeText)) }
    } catch (error) {
      changes.undo()
      throw error
    } finally {
      transaction.end()
      this.#inChange = false
    }
  }

  #revisions(changes: readonly RowText[]): Revision[] {
    if (changes.length === 0) return []
    const revision = ++this.#revision
    const time = this.#options.clock.now()
    return changes.map(({ table, key, body }) => ({ revision, time, table, key, body }))
  }
}

type MemoryTables = <Row extends object, Index extends string>(definition: TableDefinition<Row, Index>) => MemoryTable<Row, Index>

class OpenTransaction implements Transaction {
  readonly #changes: ChangeSet
  readonly #tables: MemoryTables
  readonly #onPut: ((row: object) => void) | undefined
  #ended = false

  constructor(changes: ChangeSet, tables: MemoryTables, onPut: ((row: object) => void) | undefined) {
    this.#changes = changes
    this.#tables = tables
    this.#onPut = onPut
  }

  put<Row extends object, Index extends string>(definition: TableDefinition<Row, Index>, row: Row): void {
    this.#mustBeOpen()
    this.#onPut?.(row)
    const table = this.#tables(definition)
    const { key, before } = table.put(row)
    this.#changes.add(table, key, before, row)
  }

  remove<Row extends object, Index extends string>(definition: TableDefinition<Row, Index>, key: string): void {
    this.#mustBeOpen()
    const table = this.#tables(definition)
    const before = table.remove(key)
    if (before !== undefined) this.#changes.add(table, key, before, undefined)
  }

  /** Makes `rows` all that the table has. All removals go first: orders may be exchanged among rows. */
  replace(table: ChangedTable, rows: readonly StoredRow[]): void {
    const wanted = new Map(rows.map(row => [row.key, row]))
    for (const [key, row] of table.entries()) {
      if (wanted.get(key)?.body === JSON.stringify(row)) wanted.delete(key)
      else this.#changes.add(table, key, table.remove(key), undefined)
    }
    for (const stored of wanted.values()) {
      const row = parseRow(stored)
      this.#onPut?.(row)
      table.put(row)
      this.#changes.add(table, stored.key, undefined, row)
    }
  }

  end(): void {
    this.#ended = true
  }

  #mustBeOpen(): void {
    if (this.#ended) throw new Error('a transaction was used after its change had returned')
  }
}
