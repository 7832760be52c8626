import { link, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CliError, isMissing } from '../shared/errors.ts'
import { isProcessAlive, processBegun } from './processes.ts'
import { pause } from './wait.ts'

interface Holder {
  readonly pid: number
  /** When the process of that pid began, in the system's own count; '' where it cannot be told. */
  readonly begun: string
  readonly command: string
}

/**
 * Runs `work` while no other process changes the instance. The lock is a file with the holder's pid; one whose process
 * is gone, or whose pid now belongs to another process, is taken over. Throws `CliError` when another process holds it.
 * @param patience milliseconds to wait for another holder
 */
export const withLock = async <T>(folder: string, command: string, work: () => Promise<T>, patience = 0): Promise<T> => {
  const path = join(folder, 'lock')
  const mine = JSON.stringify({ pid: process.pid, begun: processBegun(process.pid), command } satisfies Holder)
  await take(path, mine, patience)
  try {
    return await work()
  } finally {
    // `down --delete-data` takes the folder with it, and a next holder may already be there.
    if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path, { force: true })
    // A folder in which nothing was made is not left behind; any other is not empty and stays.
    await rmdir(folder).catch(() => {})
  }
}

/** Whether the instance's lock is held by a process that runs, left by one that is gone, or not there. */
export const heldLock = async (folder: string): Promise<'held' | 'stale' | 'free'> => {
  const text = await readFile(join(folder, 'lock'), 'utf8').catch(() => undefined)
  if (text === undefined) return 'free'
  const holder = parseHolder(text)
  return holder !== undefined && (await isAlive(holder)) ? 'held' : 'stale'
}

/** Of taking a lock that nobody holds: others try the same. */
const attempts = 5
const lookEvery = 20

const take = async (path: string, mine: string, patience: number): Promise<void> => {
  const end = performance.now() + patience
  for (let attempt = 0; attempt < attempts;) {
    if (await tryTake(path, mine)) return
    const theirs = await readFile(path, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    const holder = theirs === undefined ? undefined : parseHolder(theirs)
    if (holder !== undefined && (await isAlive(holder))) {
      if (performance.now() >= end) throw atWork(holder)
      await pause(lookEvery)
      continue
    }
    if (theirs !== undefined) await removeStale(path, theirs)
    if (performance.now() >= end) attempt++
  }
  throw new CliError(`The lock ${path} cannot be taken.`, 'Remove the file if no other kecs is running.')
}

const atWork = ({ command, pid }: Holder): CliError =>
  new CliError(
    `kecs ${command} is already at work on this instance (process ${pid}).`,
    'Wait until it is done, or stop it and run this again.',
  )

/** Makes the lock with its content in one go, so that nobody meets an empty one. */
const tryTake = async (path: string, mine: string): Promise<boolean> => {
  const draft = `${path}.${process.pid}.new`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(draft, mine)
    await link(draft, path)
    return true
  } catch (error) {
    // Missing: the last holder took the empty folder away between two of these lines.
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Removes a lock that nobody holds. Another process may do the same at this moment and already hold a new one: that is put back. */
const removeStale = async (path: string, stale: string): Promise<void> => {
  const aside = `${path}.${process.pid}`
  try {
    await rename(path, aside)
    if ((await readFile(aside, 'utf8')) !== stale) await link(aside, path).catch(() => {})
  } catch (error) {
    if (!isMissing(error)) throw error
  } finally {
    await rm(aside, { force: true })
  }
}

const parseHolder = (text: string): Holder | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return undefined
    const begun = 'begun' in value && typeof value.begun === 'string' ? value.begun : ''
    const command = 'command' in value && typeof value.command === 'string' ? value.command : ''
    return { pid: value.pid, begun, command }
  } catch {
    return undefined
  }
}

const isAlive = async (holder: Holder): Promise<boolean> =>
  isProcessAlive(holder.pid) && (holder.begun === '' || holder.begun === processBegun(holder.pid))
