/** What became of one row in one commit. */
export interface Revision {
  /** Number of the commit, rising by one or more; every row of a commit has the same. */
  readonly revision: number
  /** When it was committed: milliseconds since the epoch. */
  readonly time: number
  readonly table: string
  readonly key: string
  /** The row as JSON text; undefined where it was removed. */
  readonly body: string | undefined
}

/** A row as it was left: the newest revision of its key. */
export interface StoredRow {
  readonly table: string
  readonly key: string
  readonly body: string
}

export interface JournalContents {
  /** The highest number that a commit ever had here; 0 in an empty journal. */
  readonly lastRevision: number
  /** In no order. Rows that were removed are not among them. */
  readonly rows: Iterable<StoredRow>
}

/** Where revisions become durable. The store calls it one after the other, never twice at a time. */
export interface Journal {
  /** What is there, read once before the first `append`. */
  load(): Promise<JournalContents>
  /**
   * Resolves when all of `revisions` would survive a crash of the machine. Rejects when that cannot be said: then
   * all of them or none may be there, and a later `append` may be tried.
   */
  append(revisions: readonly Revision[]): Promise<void>
  close(): Promise<void>
}
