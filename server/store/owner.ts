import { readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { version } from '../../shared/version.ts'

/**
 * Who has a data folder open, for the message that another one gets. It says nothing about whether the folder may be
 * opened: that is DuckDB's lock on its file, which ends with the process however it ends.
 */

const ownerFile = (folder: string): string => join(folder, 'kecs.owner.json')

/** Called once the folder is locked. `now` in milliseconds since the epoch. */
export const writeOwner = (folder: string, now: number): Promise<void> =>
  writeFile(ownerFile(folder), `${JSON.stringify({ pid: process.pid, host: hostname(), since: new Date(now).toISOString(), version })}\n`)

export const removeOwner = (folder: string): Promise<void> => rm(ownerFile(folder), { force: true })

/** Such as `process 4711 on host build-7, since 2026-01-31T12:00:00.000Z`. */
export const describeOwner = async (folder: string, pidFromLock: string | undefined): Promise<string> => {
  const owner = await readOwner(folder)
  if (owner !== undefined) return `process ${owner.pid} on host ${owner.host}, since ${owner.since}`
  return pidFromLock === undefined ? 'another process' : `process ${pidFromLock}`
}

const readOwner = async (folder: string): Promise<{ pid: number; host: string; since: string } | undefined> => {
  try {
    const owner: unknown = JSON.parse(await readFile(ownerFile(folder), 'utf8'))
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('host' in owner) || !('since' in owner)) return undefined
    return { pid: Number(owner.pid), host: String(owner.host), since: String(owner.since) }
  } catch {
    // Absent, or cut off by a crash: the lock's own message has to do.
    return undefined
  }
}
