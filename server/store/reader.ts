/** Reads what is on disk, history included, with SQL. What is acknowledged is there; nothing can be changed through it. */
export interface StateReader {
  /**
   * Runs one statement that reads. Rejects with `QueryError` when the statement is not one, is wrong, or takes too long.
   * Times are UTC.
   */
  query(query: StateQuery): Promise<QueryAnswer>
  /** The newest revisions of a resource, the newest first. */
  history(resource: string, limit: number): Promise<readonly HistoryEntry[]>
  /** When the oldest commit that is still known was made: milliseconds since the epoch. Undefined in an empty state. */
  historyBegins(): Promise<number | undefined>
}

export interface StateQuery {
  readonly sql: string
  /** See the state as it was then: milliseconds since the epoch. */
  readonly at?: number
  /** Rows to answer at most. */
  readonly limit: number
  readonly timeoutMs: number
}

export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Values as JSON has them; times and numbers that JSON has not are texts. */
  readonly rows: readonly (readonly unknown[])[]
  /** Whether there were more rows than the limit. */
  readonly isCut: boolean
}

export interface HistoryEntry {
  readonly revision: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly table: string
  readonly key: string
  /** Undefined where the row was removed. */
  readonly row: unknown
}

/** What is wrong with a query, for the person who wrote it. */
export class QueryError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'QueryError'
  }
}
