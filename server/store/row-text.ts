import { StoreError } from './errors.ts'
import type { StoredRow } from './journal.ts'
import type { Change } from './store.ts'

// Rows between memory, where they are values, and disk, where they are text.

/** A row as text; without a body where it is gone. */
export interface RowText {
  readonly table: string
  readonly key: string
  readonly body: string | undefined
}

export const changeText = ({ table, key, after }: Change): RowText => ({
  table,
  key,
  body: after === undefined ? undefined : JSON.stringify(after),
})

/** Rows of tables as text, made as they are asked for; then those that are text already. */
export function* storedRows(
  tables: readonly { readonly table: string; readonly rows: readonly (readonly [key: string, row: object])[] }[],
  unclaimed: readonly StoredRow[],
): Generator<StoredRow> {
  for (const { table, rows } of tables) for (const [key, row] of rows) yield { table, key, body: JSON.stringify(row) }
  yield* unclaimed
}

/** What differs among the rows of tables that nobody has asked for yet. */
export const unclaimedChanges = (before: ReadonlyMap<string, StoredRow[]>, after: ReadonlyMap<string, StoredRow[]>): readonly RowText[] => {
  const byId = (tables: ReadonlyMap<string, StoredRow[]>) =>
    new Map([...tables.values()].flat().map(row => [`${row.table} ${row.key}`, row]))
  const [old, fresh] = [byId(before), byId(after)]
  const gone = [...old].filter(([id]) => !fresh.has(id)).map(([, { table, key }]) => ({ table, key, body: undefined }))
  return [...gone, ...[...fresh].filter(([id, { body }]) => old.get(id)?.body !== body).map(([, row]) => row)]
}

/** The edge where bytes become types: what was written was a row of this table. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- naming the row is this function's purpose
export const parseRow = <Row extends object>({ table, key, body }: StoredRow): Row => {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return JSON.parse(body) as Row
  } catch (cause) {
    throw new StoreError(`The row ${key} of ${table} cannot be read.`, 'The state is damaged: restore the data folder from a backup.', {
      cause,
    })
  }
}
