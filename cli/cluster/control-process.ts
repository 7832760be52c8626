import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError, isMissing } from '../../shared/errors.ts'
import { isProcessAlive, processBegun } from '../processes.ts'
import type { Self } from '../self.ts'
import { poll } from '../wait.ts'
import type { Instance } from './driver.ts'

/**
 * The control plane as a background process of this same program: of a simulated instance, and of one with `--legacy`.
 * `kecs serve` writes `process.json` once it answers; the file stays when the process ends, so that an instance that is
 * stopped can be told from one that was never made.
 */
export interface ServeProcess {
  readonly pid: number
  readonly url: string
  readonly adminUrl: string
  /** When it began, in the system's own count; '' where that cannot be told. */
  readonly begun: string
  /** What it was started with, as a digest; '' where nobody said. */
  readonly stamp: string
}

/** How it is started. */
export interface ProcessStart {
  readonly self: Self
  /** Of `kecs serve`; may be seen by anybody on the machine. */
  readonly flags: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** How long it may take until it answers. Milliseconds. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

export const processFile = (instance: Pick<Instance, 'folder'>): string => join(instance.folder, 'process.json')
export const logFile = (instance: Pick<Instance, 'folder'>): string => join(instance.folder, 'kecs.log')
/** Of the process before this one. */
export const logFileBefore = (instance: Pick<Instance, 'folder'>): string => `${logFile(instance)}.1`

/** The control plane finishes its commits and requests; a process that needs longer is killed. */
const stopDeadline = 15_000

/** What `process.json` tells; undefined where there is none. */
export const readProcess = async (instance: Instance): Promise<ServeProcess | undefined> => {
  let text: string
  try {
    text = await readFile(processFile(instance), 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'pid' in value && 'url' in value && 'adminUrl' in value) {
      const { pid, url, adminUrl } = value
      if (typeof pid === 'number' && typeof url === 'string' && typeof adminUrl === 'string')
        return { pid, url, adminUrl, begun: textIn(value, 'begun'), stamp: textIn(value, 'stamp') }
    }
  } catch {
    // An unreadable file says as much as that of a dead process.
  }
  return { pid: 0, url: '', adminUrl: '', begun: '', stamp: '' }
}

const textIn = (value: object, key: 'begun' | 'stamp'): string => {
  const found = new Map<string, unknown>(Object.entries(value)).get(key)
  return typeof found === 'string' ? found : ''
}

/** The process that serves the instance; undefined when none does. */
export const runningProcess = async (instance: Instance, signal: AbortSignal): Promise<ServeProcess | undefined> => {
  const found = await readProcess(instance)
  return found !== undefined && (await isOurs(found, instance, signal)) ? found : undefined
}

/** Whether that process is still the instance's and not another one that was given its pid; where the system does not tell, its admin port does. */
export const isOurs = async (found: ServeProcess, instance: Instance, signal: AbortSignal): Promise<boolean> => {
  if (found.pid === 0 || !isProcessAlive(found.pid)) return false
  const begun = processBegun(found.pid)
  if (found.begun !== '' && begun !== '') return found.begun === begun
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(3000)])
  try {
    const response = await fetch(`${found.adminUrl}/health`, { signal: timeout })
    const health: unknown = await response.json()
    return typeof health === 'object' && health !== null && 'instance' in health && health.instance === instance.name
  } catch {
    signal.throwIfAborted()
    return false
  }
}

/** Starts it and waits until it answers. Throws `CliError` with the end of its log when it does not; then nothing is left. */
export const startProcess = async (instance: Instance, { self, flags, env, deadlineMs, signal }: ProcessStart): Promise<void> => {
  await mkdir(instance.dataDir, { recursive: true })
  await rm(processFile(instance), { force: true })
  // Why the one before ended may be asked once this one runs.
  await rename(logFile(instance), logFileBefore(instance)).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
  const log = openSync(logFile(instance), 'w')
  const child = spawn(self.command, [...self.args, 'serve', ...flags, '--process-file', processFile(instance)], {
    cwd: instance.folder,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  let ended: string | undefined
  child.once('exit', (code, by) => (ended = by === null ? `exit code ${code}` : by))
  child.once('error', error => (ended = error.message))
  child.unref()
  try {
    const ready = await poll(
      async () => ended ?? ((await readProcess(instance).catch(() => undefined))?.pid === child.pid ? ('ready' as const) : undefined),
      { every: 10, deadline: deadlineMs, signal },
    )
    if (ready === 'ready') return
    const why = ready === undefined ? `It did not answer within ${deadlineMs / 1000} s.` : `It ended at once (${ready}).`
    throw new CliError(`The control plane could not be started. ${why}`, `Its whole log is ${logFile(instance)}`, {
      details: await lastLines(logFile(instance), 15),
    })
  } catch (error) {
    // Nothing is left behind: neither the process nor the mark that an instance is there.
    if (ended === undefined && child.pid !== undefined) await endProcess(child.pid)
    await rm(processFile(instance), { force: true })
    throw error
  }
}

/** Ends it, where it runs; the file stays. */
export const stopProcess = async (instance: Instance, signal: AbortSignal): Promise<void> => {
  const found = await runningProcess(instance, signal)
  if (found !== undefined) await endProcess(found.pid)
}

const endProcess = async (pid: number): Promise<void> => {
  const send = (name: 'SIGTERM' | 'SIGKILL') => {
    if (isProcessAlive(pid)) process.kill(pid, name)
  }
  const ended = () => poll(() => (isProcessAlive(pid) ? undefined : true), { every: 20, deadline: stopDeadline })
  send('SIGTERM')
  if ((await ended()) === true) return
  send('SIGKILL')
  if ((await ended()) !== true) throw new CliError(`Process ${pid} does not end.`, 'See what holds it: ps -o pid,stat,wchan,cmd -p ' + pid)
}

/** The last lines of a file; none when there is no such file. */
export const lastLines = async (path: string, count: number): Promise<readonly string[]> => {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-count)
}
