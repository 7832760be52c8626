import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { StoreError } from './errors.ts'

/**
 * A snapshot that is to be restored when the state is next opened: the way back where the control plane cannot start, as
 * with a damaged file. `kecs snapshot restore` writes the order into the data folder. The file that it replaces is kept
 * beside it, and a crash at any step leaves an order that is carried out anew.
 */
export interface RestoreOrder {
  readonly snapshot: string
  /** The state of before was put aside: what lies in its place is what this order made. */
  readonly isPutAside?: boolean
}

const orderShape = Type.Object({ snapshot: Type.String(), isPutAside: Type.Optional(Type.Boolean()) })
const orderFile = (folder: string): string => join(folder, 'kecs.restore.json')

/** Undefined where none was given. Rejects with a `StoreError` for one that cannot be read. */
export const readOrder = async (folder: string): Promise<RestoreOrder | undefined> => {
  const text = await readFile(orderFile(folder), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const order: unknown = JSON.parse(text)
    if (Value.Check(orderShape, order)) return order
  } catch {
    // Said below.
  }
  throw new StoreError(
    `${orderFile(folder)} is no order to restore a snapshot.`,
    'Remove the file, or give the order anew: kecs snapshot restore NAME',
  )
}

/** Makes room for what the order restores. `now` in milliseconds since the epoch. */
export const putAside = async (folder: string, database: string, order: RestoreOrder, now: number): Promise<void> => {
  const files = [database, `${database}.wal`]
  if (order.isPutAside === true) {
    for (const file of files) await rm(file, { force: true })
    return
  }
  const aside = `.replaced-${new Date(now).toISOString().replaceAll(':', '-')}`
  for (const file of files) {
    const isThere = await stat(file).then(
      () => true,
      () => false,
    )
    if (isThere) await rename(file, file.replace(/(\.wal)?$/, `${aside}$1`))
  }
  const done: RestoreOrder = { ...order, isPutAside: true }
  await writeFile(`${orderFile(folder)}.new`, JSON.stringify(done))
  await rename(`${orderFile(folder)}.new`, orderFile(folder))
}

export const endOrder = (folder: string): Promise<void> => rm(orderFile(folder), { force: true })
