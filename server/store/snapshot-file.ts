// A snapshot: the whole state at one moment in one file, which any instance of this or a later version can take.
// Gzip of lines: a head, a row a line as [table, key, row], and at the end the SHA-256 of all lines before it. Text, so that
// a person can look into it: gunzip -c FILE | head -1
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { messageOf } from '../../shared/errors.ts'
import { version } from '../../shared/version.ts'
import { StoreError } from './errors.ts'
import type { StoredRow } from './journal.ts'
import { formatVersion } from './schema.ts'

const headShape = Type.Object({
  kecs: Type.Literal('snapshot'),
  /** Of the rows: raised when older programs would misread them. */
  format: Type.Integer({ minimum: 1 }),
  /** The kecs that wrote it. */
  version: Type.String(),
  instance: Type.String(),
  /** ISO 8601. */
  takenAt: Type.String(),
  /** What it was taken for: `manual`, or before what. */
  reason: Type.String(),
})

export interface SnapshotHead {
  readonly kecs: 'snapshot'
  readonly format: number
  readonly version: string
  readonly instance: string
  readonly takenAt: string
  readonly reason: string
}

/** Of files that are being written. */
export const partialSuffix = '.partial'

/** How many rows are made text in one turn: a large state must not hold up calls. */
const rowsPerTurn = 500

/** Writes the file whole or not at all, durable when it resolves. Answers how many rows it holds. */
export const writeSnapshot = async (
  file: string,
  head: Omit<SnapshotHead, 'kecs' | 'format'> & { readonly format?: number },
  rows: Iterable<StoredRow>,
): Promise<number> => {
  // Another taking of the same name may be under way: each writes a file of its own, and the last one stays.
  const partial = `${file}.${randomUUID()}${partialSuffix}`
  let count = 0
  const lines = async function* (): AsyncGenerator<string> {
    const hash = createHash('sha256')
    const hashed = (line: string): string => {
      hash.update(line)
      return line
    }
    yield hashed(`${JSON.stringify({ kecs: 'snapshot', format: formatVersion, ...head })}\n`)
    for (const { table, key, body } of rows) {
      count++
      yield hashed(`[${JSON.stringify(table)},${JSON.stringify(key)},${body}]\n`)
      if (count % rowsPerTurn === 0) await new Promise(resolve => setImmediate(resolve))
    }
    yield `${JSON.stringify({ rows: count, sha256: hash.digest('hex') })}\n`
  }
  try {
    await pipeline(Readable.from(lines()), createGzip(), createWriteStream(partial, { mode: 0o600 }))
    await flush(partial)
    await rename(partial, file)
    return count
  } catch (cause) {
    await rm(partial, { force: true })
    throw new StoreError(`The snapshot ${file} could not be written: ${messageOf(cause)}`, 'Make room on the disk, then try again.', {
      cause,
    })
  }
}

const flush = async (file: string): Promise<void> => {
  const handle = await open(file)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A snapshot's head alone. Rejects with a `StoreError` for what is none. */
export const readSnapshotHead = async (file: string): Promise<SnapshotHead> => {
  const lines = linesOf(file)
  try {
    const { value, done } = await lines.next()
    return headOf(file, done === true ? '' : value)
  } catch (error) {
    throw asDamaged(file, error)
  } finally {
    await lines.return(undefined)
  }
}

/**
 * A snapshot whole, checked to its last byte before anything of it is used. Rejects with a `StoreError` when it is
 * damaged, cut off, or of a newer kecs.
 */
export const readSnapshot = async (file: string): Promise<{ readonly head: SnapshotHead; readonly rows: readonly StoredRow[] }> => {
  try {
    const hash = createHash('sha256')
    const rows: StoredRow[] = []
    let head: SnapshotHead | undefined
    // The line that may be the last one.
    let pending: string | undefined
    for await (const line of linesOf(file)) {
      if (pending !== undefined) {
        hash.update(`${pending}\n`)
        if (head === undefined) head = headOf(file, pending)
        else rows.push(rowOf(pending))
      }
      pending = line
    }
    if (head === undefined || pending === undefined) throw new Error('it is cut off')
    checkEnd(pending, rows.length, hash.digest('hex'))
    return { head, rows }
  } catch (error) {
    throw asDamaged(file, error)
  }
}

/** Lines end with a line feed alone: texts hold every other separator. */
async function* linesOf(file: string): AsyncGenerator<string, void, undefined> {
  const source = createReadStream(file)
  const text = createGunzip()
  // A failure of either shows where lines are read.
  pipeline(source, text).catch(() => undefined)
  let rest = ''
  text.setEncoding('utf8')
  try {
    for await (const chunk of text) {
      const parts = (rest + String(chunk)).split('\n')
      rest = parts.pop() ?? ''
      yield* parts
    }
  } finally {
    source.destroy()
    text.destroy()
  }
  if (rest !== '') throw new Error('its last line is cut off')
}

const headOf = (file: string, line: string): SnapshotHead => {
  const head: unknown = JSON.parse(line)
  if (!Value.Check(headShape, head)) throw new Error('its first line is not that of a snapshot')
  if (head.format <= formatVersion) return head
  throw new StoreError(
    `The snapshot ${file} has format ${head.format}; kecs ${version} reads formats up to ${formatVersion}.`,
    `kecs ${head.version} wrote it: use that version or a newer one.`,
  )
}

const rowShape = Type.Tuple([Type.String(), Type.String(), Type.Object({})])

const rowOf = (line: string): StoredRow => {
  const row: unknown = JSON.parse(line)
  if (!Value.Check(rowShape, row)) throw new Error('a line is not a row')
  const [table, key, body] = row
  return { table, key, body: JSON.stringify(body) }
}

const endShape = Type.Object({ rows: Type.Integer(), sha256: Type.String() })

const checkEnd = (line: string, rows: number, sha256: string): void => {
  const end: unknown = JSON.parse(line)
  if (!Value.Check(endShape, end)) throw new Error('it is cut off')
  if (end.rows !== rows || end.sha256 !== sha256) throw new Error('its checksum is another one')
}

/** As its user named it, who knows nothing of where it is put while it is looked at. */
const shownName = (file: string): string => basename(file).replace(/\.kecs-snapshot\.arriving$/, '')

const asDamaged = (file: string, cause: unknown): StoreError =>
  cause instanceof StoreError
    ? cause
    : new StoreError(`${shownName(file)} is no whole snapshot: ${messageOf(cause)}.`, 'Take another one; nothing was changed.', { cause })
