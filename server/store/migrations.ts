import { StoreError } from './errors.ts'
import type { StoredRow } from './journal.ts'

/**
 * What makes rows of one format rows of the next. A format is that of a released version; the state on disk and snapshots
 * say which they have. Forward alone: an older kecs refuses what a newer one wrote, and a snapshot is the way back.
 */
export interface Migration {
  /** The format that it makes; the one before is its number less one. */
  readonly to: number
  /** For the log: what is otherwise. */
  readonly what: string
  /** A row in the new format; undefined where there is none of it any more. Pure. It gets each row of the state once. */
  row(row: StoredRow): StoredRow | undefined
}

/** The format of the first released version. */
export const firstFormat = 1

/** In their order, without gaps. None yet: there is one format. */
export const migrations: readonly Migration[] = []

/** Raised by a migration alone: where older programs would misread what newer ones write. */
export const formatOf = (known: readonly Migration[]): number => known.at(-1)?.to ?? firstFormat

/** Rows of a format as the newest one has them. Throws a `StoreError` where a migration is missing. */
export const migrated = (rows: Iterable<StoredRow>, from: number, known: readonly Migration[]): readonly StoredRow[] => {
  let current = [...rows]
  for (let format = from; format < formatOf(known); format++) {
    const migration = known.find(({ to }) => to === format + 1)
    if (migration === undefined)
      throw new StoreError(
        `There is no way from format ${format} to ${format + 1} of the state.`,
        'It is a fault of this kecs: please report it.',
      )
    current = current.flatMap(row => migration.row(row) ?? [])
  }
  return current
}

/** A row that is another one than before; without a body it went. */
export interface ChangedRow {
  readonly table: string
  readonly key: string
  readonly body: string | undefined
}

/** What is to be written so that `before` becomes `after`. */
export const changesBetween = (before: Iterable<StoredRow>, after: readonly StoredRow[]): readonly ChangedRow[] => {
  const place = ({ table, key }: StoredRow): string => `${table}\n${key}`
  const old = new Map([...before].map(row => [place(row), row]))
  const written = after.filter(row => old.get(place(row))?.body !== row.body)
  const kept = new Set(after.map(place))
  const gone = [...old.values()].filter(row => !kept.has(place(row))).map(({ table, key }) => ({ table, key, body: undefined }))
  return [...written, ...gone]
}
