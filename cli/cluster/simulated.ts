import { rm } from 'node:fs/promises'
import { writeKeys } from '../../shared/access-keys.ts'
import { CliError } from '../../shared/errors.ts'
import type { Self } from '../self.ts'
import { isOurs, processFile, readProcess, runningProcess, type ServeProcess, startProcess, stopProcess } from './control-process.ts'
import type { ClusterDriver, ClusterState, Instance } from './driver.ts'
import { upCommand, withName } from '../instance.ts'

/** No cluster at all: the control plane as a background process of this same program, with the simulated runtime. */
export const simulatedDriver = (self: Self, env: Readonly<Record<string, string | undefined>>): ClusterDriver => ({
  name: 'simulated',
  state: async (instance, signal) => stateOf(await readProcess(instance), instance, signal),
  create: (instance, { signal }) => start(instance, self, env, signal),
  start: (instance, { signal }) => start(instance, self, env, signal),
  stop: (instance, { signal }) => stopProcess(instance, signal),
  remove: async (instance, { signal }) => {
    await stopProcess(instance, signal)
    await rm(processFile(instance), { force: true })
  },
  kubeconfig: instance => Promise.reject(noCluster('a kubeconfig', instance)),
  missingImages: () => Promise.resolve([]),
  loadImages: instance => Promise.reject(noCluster('images', instance)),
})

const noCluster = (what: string, { name }: Instance): CliError =>
  new CliError(
    `This instance is simulated: there is no Kubernetes cluster, so there are no ${what === 'images' ? 'nodes to load images into' : 'credentials for one'}.`,
    `For real tasks install Docker, then: ${withName('kecs down', name)} && ${upCommand(name)} --driver k3d`,
  )

const stateOf = async (found: ServeProcess | undefined, instance: Instance, signal: AbortSignal): Promise<ClusterState> => {
  if (found === undefined) return { is: 'absent' }
  return (await isOurs(found, instance, signal)) ? { is: 'running' } : { is: 'stopped' }
}

const startDeadline = 20_000

const start = async (
  instance: Instance,
  self: Self,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> => {
  if ((await runningProcess(instance, signal)) !== undefined) return
  const how = {
    self,
    flags: serveFlags(instance),
    env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: instance.traces ?? '', ...keysEnvironment(instance) },
    deadlineMs: startDeadline,
    signal,
  }
  await startProcess(instance, how)
}

/** Not among the arguments, which anybody on the machine may see. */
const keysEnvironment = ({ keys }: Instance): Record<string, string> =>
  keys === undefined ? {} : { KECS_AUTH: 'strict', KECS_KEYS: writeKeys(keys), KECS_KEYS_FILE: '' }

const serveFlags = (instance: Instance): readonly string[] => {
  const { first, last } = instance.publishedPorts
  const flags = {
    name: instance.name,
    bind: instance.bind,
    port: String(instance.port),
    'admin-port': '0',
    data: instance.dataDir,
    publish: `${first}-${last}`,
    ...(/^https?:/.test(instance.backend) ? { backend: instance.backend } : {}),
    'unknown-roles': instance.unknownRoles ?? 'refuse',
  }
  const switches = instance.allowReset === true ? ['--allow-reset'] : []
  return [...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]), ...switches]
}
