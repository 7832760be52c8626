import { rm, stat } from 'node:fs/promises'

/** Bytes of DuckDB's three headers, which a database begins with: https://duckdb.org/docs/stable/internals/storage */
const headers = 3 * 4096

export const isThere = async (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/**
 * Removes a database file whose making found no room: DuckDB leaves the piece that it had written, and refuses it from then on.
 * Only for a file that this process began to make; one that has its headers may hold a state and stays.
 */
export const removeUnfinished = async (file: string): Promise<void> => {
  const found = await stat(file).catch(() => undefined)
  if (found !== undefined && found.size < headers) await rm(file, { force: true })
}
