import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBPreparedStatement,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import type { Journal, JournalContents, Revision, StoredRow } from './journal.ts'
import { DuckDBReader } from './duckdb-reader.ts'
import type { StateReader } from './reader.ts'
import * as schema from './schema.ts'

/** DuckDB is imported here and in `duckdb-reader.ts` alone. */

/** Groups up to this size go in as one INSERT, which is one trip to DuckDB; larger ones through an appender, which takes three. */
const rowsPerInsert = 16

/** Loads the addon, and with it the library: 100 MB that only this module needs. */
const settings = {
  // One writer and small reads: a second thread buys nothing and costs its own allocation arena.
  threads: '1',
  memory_limit: '96MB',
  // What goes into the file at a checkpoint is compressed in memory. Measured: a checkpoint of 1 MB stalls commits for
  // less than 0.1 s and costs 30 MB, one of 16 MB 0.4 s and 150 MB.
  wal_autocheckpoint: '1MB',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
}

export interface DuckDBJournalOptions {
  /** The database file; made when missing. */
  readonly file: string
  /** For what does not fit into memory while history is trimmed or queried. Made when needed. */
  readonly temporaryFolder: string
  /** Rows of history that are kept when the journal is opened. */
  readonly keepHistory: number
  /** Looks at `kecs_meta` before anything is written, and throws to refuse the file. Undefined for a new file. */
  readonly accept: (meta: ReadonlyMap<string, string> | undefined) => void
  /** What a new file says of itself in `kecs_meta`. */
  readonly meta: ReadonlyMap<string, string>
}

export class DuckDBJournal implements Journal {
  readonly #options: DuckDBJournalOptions
  #session: Session | undefined

  private constructor(options: DuckDBJournalOptions, session: Session) {
    this.#options = options
    this.#session = session
  }

  /** Opens the file, or makes it. Rejects with DuckDB's own error when the file is locked or is no database. */
  static async open(options: DuckDBJournalOptions): Promise<DuckDBJournal> {
    return new DuckDBJournal(options, await openSession(options))
  }

  async load(): Promise<JournalContents> {
    const { connection } = await this.#open()
    const rows: StoredRow[] = []
    const result = await connection.stream(schema.readState)
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      for (const [table, key, body] of chunk.getRows()) rows.push({ table: text(table), key: text(key), body: text(body) })
    }
    const last = Number(await value(connection, schema.lastRevision))
    if ((await this.revisionCount()) - rows.length > this.#options.keepHistory) await trimHistory(connection, this.#options.keepHistory)
    return { lastRevision: last, rows }
  }

  async append(revisions: readonly Revision[]): Promise<void> {
    const session = await this.#open()
    try {
      if (revisions.length <= rowsPerInsert) await insert(session, revisions)
      else await appendAll(session.connection, revisions)
    } catch (error) {
      // DuckDB invalidates a database whose write failed in the middle. Opened again, it reads what is truly on disk.
      this.#session = undefined
      closeSession(session)
      throw error
    }
  }

  /** The version of kecs that had it open last; undefined for a new one. */
  async writtenBy(): Promise<string | undefined> {
    return this.#setting('written_by')
  }

  async setWrittenBy(version: string): Promise<void> {
    await this.#set('written_by', version)
  }

  /** When the state was made of a snapshot, by an order: milliseconds since the epoch. Undefined for any other. */
  async restoredAt(): Promise<number | undefined> {
    const found = await this.#setting('restored_at')
    return found === undefined ? undefined : Number(found)
  }

  async setRestoredAt(now: number): Promise<void> {
    await this.#set('restored_at', String(now))
  }

  /** The format of what is in the file. */
  async format(): Promise<number> {
    const { connection } = await this.#open()
    return Number(await value(connection, schema.readSetting, ['format_version']))
  }

  /** Writes the rows that a migration of the format changes, and which format they have then: both or nothing. */
  async migrate(revisions: readonly Revision[], format: number): Promise<void> {
    const { connection } = await this.#open()
    await inTransaction(connection, async () => {
      await addAll(connection, revisions)
      await connection.run(schema.removeMeta, ['format_version'])
      await connection.run(schema.writeMeta, ['format_version', String(format)])
    })
  }

  /** Reads beside the journal's own connection, and never waits for it. */
  reader(): StateReader {
    return new DuckDBReader(async () => (await this.#open()).instance)
  }

  /** How many revisions the file holds, history included. */
  async revisionCount(): Promise<number> {
    const { connection } = await this.#open()
    return Number(await value(connection, schema.countRevisions))
  }

  async close(): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    this.#session = undefined
    try {
      // Here and not in closing, which would hold up the event loop.
      await session.connection.run('CHECKPOINT')
    } finally {
      closeSession(session)
    }
  }

  async #setting(name: string): Promise<string | undefined> {
    const { connection } = await this.#open()
    const found = await value(connection, schema.readSetting, [name])
    return found === undefined ? undefined : text(found)
  }

  async #set(name: string, setting: string): Promise<void> {
    const { connection } = await this.#open()
    await inTransaction(connection, async () => {
      await connection.run(schema.removeMeta, [name])
      await connection.run(schema.writeMeta, [name, setting])
    })
  }

  async #open(): Promise<Session> {
    this.#session ??= await openSession(this.#options)
    return this.#session
  }
}

interface Session {
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
  /** INSERT of as many rows as its index, made when first needed. */
  readonly inserts: DuckDBPreparedStatement[]
}

const openSession = async (options: DuckDBJournalOptions): Promise<Session> => {
  const instance = await DuckDBInstance.create(':memory:', { ...settings, temp_directory: options.temporaryFolder })
  const connection = await instance.connect()
  const session = { instance, connection, inserts: [] }
  try {
    // A file that is refused below shall not be touched by closing it.
    await connection.run('PRAGMA disable_checkpoint_on_shutdown')
    // Small blocks and row groups: a checkpoint rewrites the last of them, and holds one of them in memory.
    await connection.run(`ATTACH '${options.file.replaceAll("'", "''")}' AS kecs (BLOCK_SIZE 16384, ROW_GROUP_SIZE 2048)`)
    await connection.run('USE kecs')
    await prepareSchema(connection, options)
    await connection.run('PRAGMA enable_checkpoint_on_shutdown')
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
    return session
  } catch (error) {
    closeSession(session)
    throw error
  }
}

const closeSession = ({ connection, instance, inserts }: Session): void => {
  for (const statement of inserts) statement?.destroySync()
  connection.closeSync()
  instance.closeSync()
}

const prepareSchema = async (connection: DuckDBConnection, { accept, meta }: DuckDBJournalOptions): Promise<void> => {
  const names = await rows(connection, schema.tableNames)
  if (names.some(([name]) => name === 'kecs_meta')) {
    accept(new Map((await rows(connection, schema.readMeta)).map(([name, setting]) => [text(name), text(setting)])))
    return
  }
  accept(names.length === 0 ? undefined : new Map())
  await inTransaction(connection, async () => {
    for (const statement of schema.createTables) await connection.run(statement)
    for (const entry of meta) await connection.run(schema.writeMeta, entry)
  })
}

const trimHistory = async (connection: DuckDBConnection, keep: number): Promise<void> => {
  const boundary = await value(connection, schema.historyBoundary, [BigInt(keep)])
  if (boundary === undefined) return
  await connection.run(schema.trimHistory, [boundary])
  await connection.run('CHECKPOINT')
}

const insert = async ({ connection, inserts }: Session, revisions: readonly Revision[]): Promise<void> => {
  const statement = (inserts[revisions.length] ??= await connection.prepare(schema.insertRevisions(revisions.length)))
  let position = 1
  for (const { revision, time, table, key, body } of revisions) {
    statement.bindBigInt(position++, BigInt(revision))
    statement.bindTimestamp(position++, timestamp(time))
    statement.bindVarchar(position++, table)
    statement.bindVarchar(position++, key)
    statement.bindBoolean(position++, body === undefined)
    if (body === undefined) statement.bindNull(position++)
    else statement.bindVarchar(position++, body)
  }
  await statement.run()
}

const appendAll = (connection: DuckDBConnection, revisions: readonly Revision[]): Promise<void> =>
  inTransaction(connection, () => addAll(connection, revisions))

const addAll = async (connection: DuckDBConnection, revisions: readonly Revision[]): Promise<void> => {
  const appender = await connection.createAppender('revisions')
  for (const { revision, time, table, key, body } of revisions) {
    appender.appendBigInt(BigInt(revision))
    appender.appendTimestamp(timestamp(time))
    appender.appendVarchar(table)
    appender.appendVarchar(key)
    appender.appendBoolean(body === undefined)
    if (body === undefined) appender.appendNull()
    else appender.appendVarchar(body)
    appender.endRow()
  }
  appender.closeSync()
}

/** An error leaves the transaction open: whoever calls closes the session, or refuses the file. */
const inTransaction = async (connection: DuckDBConnection, work: () => Promise<void>): Promise<void> => {
  await connection.run('BEGIN')
  await work()
  await connection.run('COMMIT')
}

const timestamp = (milliseconds: number): DuckDBTimestampValue => new DuckDBTimestampValue(BigInt(Math.round(milliseconds)) * 1000n)

const rows = async (connection: DuckDBConnection, sql: string): Promise<DuckDBValue[][]> => (await connection.runAndReadAll(sql)).getRows()

const value = async (connection: DuckDBConnection, sql: string, values: DuckDBValue[] = []): Promise<DuckDBValue | undefined> =>
  (await connection.runAndReadAll(sql, values)).getRows()[0]?.[0]

const text = (cell: DuckDBValue | undefined): string => {
  if (typeof cell !== 'string') throw new TypeError(`expected text in the state, found ${typeof cell}`)
  return cell
}
