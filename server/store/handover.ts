import { createHash } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { StoreError } from './errors.ts'
import type { StoredRow } from './journal.ts'

// A control plane that gives its data folder to another one leaves word of what it leaves, and the next one that opens the
// folder checks that before it does anything: `kecs migrate`.

/** Rows of a table: how many, and the SHA-256 of all in the order of their keys. */
export interface TableDigest {
  readonly rows: number
  readonly sha256: string
}
export type StateDigest = Readonly<Record<string, TableDigest>>

const digestShape = Type.Record(Type.String(), Type.Object({ rows: Type.Integer(), sha256: Type.String() }))
const handoverShape = Type.Object({ id: Type.String(), tables: digestShape, isTaken: Type.Boolean() })

export interface Handover {
  /** Of the migration that it belongs to. */
  readonly id: string
  readonly tables: StateDigest
  /** Somebody opened the folder since and found it to be so. */
  readonly isTaken: boolean
}

const fileOf = (folder: string): string => join(folder, 'kecs.handover.json')

export const digestOf = (rows: Iterable<StoredRow>): StateDigest => {
  const tables = Map.groupBy(rows, ({ table }) => table)
  const digests = [...tables].map(([table, own]): readonly [string, TableDigest] => {
    const hash = createHash('sha256')
    for (const { key, body } of own.toSorted((a, b) => (a.key < b.key ? -1 : 1))) hash.update(`${key}\n${body}\n`)
    return [table, { rows: own.length, sha256: hash.digest('hex') }]
  })
  return Object.fromEntries(digests.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export const writeHandover = async (folder: string, handover: Handover): Promise<void> => {
  const draft = `${fileOf(folder)}.new`
  await writeFile(draft, JSON.stringify(handover), { mode: 0o600 })
  await rename(draft, fileOf(folder))
}

export const retractHandover = (folder: string): Promise<void> => rm(fileOf(folder), { force: true })

/** Undefined where there is none. */
export const readHandover = async (folder: string): Promise<Handover | undefined> => {
  const text = await readFile(fileOf(folder), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (Value.Check(handoverShape, value)) return value
  } catch {
    // Said below.
  }
  throw new StoreError(`${fileOf(folder)} cannot be understood.`, 'Remove the file if no migration is under way.')
}

/** Checks what is there against what was left. Rejects with a `StoreError`, changing nothing, when it is something else. */
export const takeHandover = async (folder: string, rows: Iterable<StoredRow>): Promise<Handover | undefined> => {
  const left = await readHandover(folder)
  if (left === undefined || left.isTaken) return left
  const found = digestOf(rows)
  const differing = differences(left.tables, found)
  if (differing.length > 0) {
    throw new StoreError(
      'The state is not the one that was handed over.',
      `Nothing was changed. kecs migrate goes back to the side that had it; ${fileOf(folder)} says what it left.`,
      { details: differing },
    )
  }
  const taken = { ...left, isTaken: true }
  await writeHandover(folder, taken)
  return taken
}

const differences = (left: StateDigest, found: StateDigest): readonly string[] =>
  [...new Set([...Object.keys(left), ...Object.keys(found)])].toSorted().flatMap(table => {
    const [before, after] = [left[table], found[table]]
    if (before?.rows !== after?.rows) return [`${table}: ${before?.rows ?? 0} rows were left, ${after?.rows ?? 0} are here`]
    return before?.sha256 === after?.sha256 ? [] : [`${table}: its ${before?.rows ?? 0} rows are not the same`]
  })
