import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeKeys } from '../../shared/access-keys.ts'
import { CliError } from '../../shared/errors.ts'
import { isMissing } from '../instance.ts'
import { isProcessAlive } from '../processes.ts'
import type { Self } from '../self.ts'
import { poll } from '../wait.ts'
import type { ClusterDriver, ClusterState, Instance } from './driver.ts'

/**
 * No cluster at all: the control plane as a background process of this same program, with the simulated runtime.
 * `kecs serve` writes `process.json` once it answers; the file stays when the process ends, so that an instance that is
 * stopped can be told from one that was never made.
 */
export interface ServeProcess {
  readonly pid: number
  readonly url: string
  readonly adminUrl: string
}

export const processFile = (instance: Pick<Instance, 'folder'>): string => join(instance.folder, 'process.json')
export const logFile = (instance: Pick<Instance, 'folder'>): string => join(instance.folder, 'kecs.log')

const startDeadline = 20_000
/** The control plane finishes its commits and requests; a process that needs longer is killed. */
const stopDeadline = 15_000

export const simulatedDriver = (self: Self, env: Readonly<Record<string, string | undefined>>): ClusterDriver => ({
  name: 'simulated',
  state: async (instance, signal) => stateOf(await readProcess(instance), instance, signal),
  create: (instance, { signal }) => startProcess(instance, self, env, signal),
  start: (instance, { signal }) => startProcess(instance, self, env, signal),
  stop: (instance, { signal }) => stopProcess(instance, signal),
  remove: async (instance, { signal }) => {
    await stopProcess(instance, signal)
    await rm(processFile(instance), { force: true })
  },
  kubeconfig: () => Promise.reject(noCluster('a kubeconfig')),
  missingImages: () => Promise.resolve([]),
  loadImages: () => Promise.reject(noCluster('images')),
})

const noCluster = (what: string): CliError =>
  new CliError(
    `This instance is simulated: there is no Kubernetes cluster, so there are no ${what === 'images' ? 'nodes to load images into' : 'credentials for one'}.`,
    'For real tasks install Docker, then: kecs down && kecs up --driver k3d',
  )

const stateOf = async (found: ServeProcess | undefined, instance: Instance, signal: AbortSignal): Promise<ClusterState> => {
  if (found === undefined) return { is: 'absent' }
  return (await isOurs(found, instance, signal)) ? { is: 'running' } : { is: 'stopped' }
}

/** The process that serves the instance; undefined when none does. */
export const runningProcess = async (instance: Instance, signal: AbortSignal): Promise<ServeProcess | undefined> => {
  const found = await readProcess(instance)
  return found !== undefined && (await isOurs(found, instance, signal)) ? found : undefined
}

const readProcess = async (instance: Instance): Promise<ServeProcess | undefined> => {
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
      if (typeof pid === 'number' && typeof url === 'string' && typeof adminUrl === 'string') return { pid, url, adminUrl }
    }
  } catch {
    // An unreadable file says as much as that of a dead process.
  }
  return { pid: 0, url: '', adminUrl: '' }
}

/** Whether that process is still the instance's and not another one that was given its pid: its admin port says so. */
const isOurs = async (found: ServeProcess, instance: Instance, signal: AbortSignal): Promise<boolean> => {
  if (found.pid === 0 || !isProcessAlive(found.pid)) return false
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

const startProcess = async (
  instance: Instance,
  self: Self,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> => {
  if ((await runningProcess(instance, signal)) !== undefined) return
  await mkdir(instance.dataDir, { recursive: true })
  await rm(processFile(instance), { force: true })
  const log = openSync(logFile(instance), 'w')
  const child = spawn(self.command, [...self.args, ...serveArguments(instance)], {
    cwd: instance.folder,
    env: { ...env, ...keysEnvironment(instance) },
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
      { every: 10, deadline: startDeadline, signal },
    )
    if (ready === 'ready') return
    const why = ready === undefined ? `It did not answer within ${startDeadline / 1000} s.` : `It ended at once (${ready}).`
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

/** Not among the arguments, which anybody on the machine may see. */
const keysEnvironment = ({ keys }: Instance): Record<string, string> =>
  keys === undefined ? {} : { KECS_AUTH: 'strict', KECS_KEYS: writeKeys(keys), KECS_KEYS_FILE: '' }

const serveArguments = (instance: Instance): readonly string[] => {
  const { first, last } = instance.publishedPorts
  const flags = {
    name: instance.name,
    bind: instance.bind,
    port: String(instance.port),
    'admin-port': '0',
    data: instance.dataDir,
    publish: `${first}-${last}`,
    'process-file': processFile(instance),
    ...(/^https?:/.test(instance.backend) ? { backend: instance.backend } : {}),
  }
  const switches = instance.allowReset === true ? ['--allow-reset'] : []
  return ['serve', ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]), ...switches]
}

const stopProcess = async (instance: Instance, signal: AbortSignal): Promise<void> => {
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
