import { type DuckDBConnection, type DuckDBInstance, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api'
import { messageOf } from '../../shared/errors.ts'
import { type HistoryEntry, type QueryAnswer, QueryError, type StateQuery, type StateReader } from './reader.ts'
import * as schema from './schema.ts'
import { viewStatements } from './views.ts'

/** How long our own readings may take. Milliseconds. */
const ownTimeoutMs = 30_000

/** Each reading has a connection of its own, in a transaction that cannot write: DuckDB refuses what would. */
export class DuckDBReader implements StateReader {
  readonly #instance: () => Promise<DuckDBInstance>

  constructor(instance: () => Promise<DuckDBInstance>) {
    this.#instance = instance
  }

  query({ sql, at, limit, timeoutMs }: StateQuery): Promise<QueryAnswer> {
    return this.#read(timeoutMs, async connection => {
      for (const statement of viewStatements(at)) await connection.run(statement)
      await connection.run('BEGIN TRANSACTION READ ONLY')
      const statement = await prepareOne(connection, sql)
      try {
        return await answerOf(statement, limit)
      } finally {
        statement.destroySync()
      }
    })
  }

  history(resource: string, limit: number): Promise<readonly HistoryEntry[]> {
    return this.#read(ownTimeoutMs, async connection => {
      const result = await connection.runAndReadAll(schema.historyOf, [resource, BigInt(limit)])
      return result.getRows().map(([revision, time, table, key, body]) => ({
        revision: Number(revision),
        time: Number(time),
        table: String(table),
        key: String(key),
        row: typeof body === 'string' ? JSON.parse(body) : undefined,
      }))
    })
  }

  historyBegins(): Promise<number | undefined> {
    return this.#read(ownTimeoutMs, async connection => {
      const time = (await connection.runAndReadAll(schema.firstTime)).getRows()[0]?.[0]
      return time === null || time === undefined ? undefined : Number(time)
    })
  }

  async #read<Answer>(timeoutMs: number, work: (connection: DuckDBConnection) => Promise<Answer>): Promise<Answer> {
    const connection = await (await this.#instance()).connect()
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      connection.interrupt()
    }, timeoutMs)
    try {
      return await work(connection)
    } catch (error) {
      if (isLate) throw new QueryError(`The query was ended after ${timeoutMs / 1000} s.`, { cause: error })
      throw error instanceof QueryError ? error : new QueryError(inOurWords(messageOf(error)), { cause: error })
    } finally {
      clearTimeout(timer)
      connection.closeSync()
    }
  }
}

/**
 * What is wrong with a statement, as DuckDB found it, without its names of kinds of errors and its picture of the place;
 * behind a line break what to do about it.
 */
const inOurWords = (message: string): string => {
  const [, kind = '', what = message] = /^(?:Failed to [a-z ]+: )?([A-Z][A-Za-z ]*) Error: ([\s\S]*)$/.exec(message) ?? []
  const [first = '', ...rest] = what.split('\n').filter(line => line.trim() !== '' && !/^LINE \d+:|^\s*\^/.test(line))
  const hints = rest.filter(line => /^(Candidate|Did you mean)/.test(line))
  const where = /^LINE \d+: (.*)$/m.exec(message)?.[1]
  const remedy =
    kind === 'Catalog' || kind === 'Binder'
      ? "See what there is: kecs query 'SELECT view_name FROM duckdb_views() WHERE NOT internal', kecs query 'DESCRIBE tasks'"
      : "See DuckDB's SQL: https://duckdb.org/docs/stable/sql/introduction"
  return [`The query cannot be run: ${first}${where === undefined ? '' : ` (in ${where})`}`, ...hints, remedy].join('\n')
}

const reading: readonly StatementType[] = [StatementType.SELECT, StatementType.EXPLAIN]

const prepareOne = async (connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> => {
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) throw new QueryError(`One statement at a time; these are ${statements.count}.`)
  const statement = await statements.prepare(0)
  if (reading.includes(statement.statementType)) return statement
  statement.destroySync()
  throw new QueryError('Only statements that read are run, such as SELECT, DESCRIBE and EXPLAIN.')
}

/** 64-bit integers come as texts; those that a JavaScript number holds exactly are given as numbers. */
const asNumber = (value: unknown): unknown => (typeof value === 'string' && Number.isSafeInteger(Number(value)) ? Number(value) : value)

const answerOf = async (statement: DuckDBPreparedStatement, limit: number): Promise<QueryAnswer> => {
  // Chunks come as they are asked for: what is beyond the limit is never made.
  const reader = await statement.streamAndReadUntil(limit + 1)
  const types = reader.columnTypes()
  const rows = reader.getRowsJson().map(row => row.map((value, index) => (String(types[index]) === 'BIGINT' ? asNumber(value) : value)))
  return {
    columns: reader.columnNames().map((name, index) => ({ name, type: String(types[index]) })),
    rows: rows.slice(0, limit),
    isCut: rows.length > limit,
  }
}
