import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeKeys } from '../../shared/access-keys.ts'
import { CliError } from '../../shared/errors.ts'
import { type KubeClient, kinds } from '../../shared/kube/index.ts'
import { controlPlaneName, labels, systemNamespace } from '../../shared/names.ts'
import { version } from '../../shared/version.ts'
import { runningProcess, startProcess, stopProcess } from '../cluster/control-process.ts'
import type { Instance, StepOptions } from '../cluster/driver.ts'
import { backendOf } from '../install/backend.ts'
import { instanceSettings } from '../install/control-plane.ts'
import { doorUrl } from '../install/door.ts'
import { hostPortsOf, type Installation } from '../install/installation.ts'
import { withName } from '../instance.ts'
import type { Self } from '../self.ts'
import { poll } from '../wait.ts'
import type { HostAddress } from './host-address.ts'

// The control plane as a process of this machine, outside of the cluster that it drives.

export interface OutsideStart {
  readonly instance: Instance
  readonly installation: Installation
  readonly at: HostAddress
  /** The AWS door as this machine reaches it. */
  readonly door: string
  readonly self: Self
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A cluster that is slow to answer may hold it up. Milliseconds. */
const startDeadline = 60_000
/** A pod has ten seconds for its last commit, and the kubelet then some to say so. Milliseconds. */
const goneDeadline = 60_000

/** The process' environment beside this program's own. Secrets are in it, which only the user and root may see. */
export const outsideEnvironment = ({ instance, installation, door }: OutsideStart): Readonly<Record<string, string>> => {
  const { legacy, folder, dataDir, keys, backend } = instance
  const ports = hostPortsOf(legacy?.ports ?? { first: 0 })
  return {
    ...instanceSettings(installation),
    KECS_CONTAINER_MODE: '',
    KECS_DATA_DIR: dataDir,
    KECS_KUBECONFIG: join(folder, 'kubeconfig'),
    KECS_DOOR_URL: door,
    // Other services' calls take the way that everybody's take.
    KECS_BACKEND_URL: backendOf(backend).kind === 'none' ? '' : door,
    KECS_AGENT_PORT: String(ports.agents),
    KECS_FUNCTIONS_PORT: String(ports.functions),
    KECS_DNS_PORT: String(ports.dns),
    KECS_GATEWAY_SECRET: installation.gatewaySecret ?? '',
    KECS_KEYS: keys === undefined ? '' : writeKeys(keys),
    KECS_KEYS_FILE: '',
    KECS_AUTH: keys === undefined ? 'open' : 'strict',
  }
}

const flagsOf = ({ instance: { name, legacy, dataDir }, at }: OutsideStart): readonly string[] => {
  const ports = hostPortsOf(legacy?.ports ?? { first: 0 })
  const flags = { name, bind: at.listen, port: String(ports.api), 'admin-port': String(ports.admin), data: dataDir }
  return Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
}

/** All that would make the process another one; a checkout's program keeps its version when it is built anew. */
const stampOf = async (start: OutsideStart): Promise<string> => {
  const program = await stat(start.self.command).then(
    ({ size, mtimeMs }) => `${size} ${mtimeMs}`,
    () => '',
  )
  const text = JSON.stringify([version, start.self, program, flagsOf(start), outsideEnvironment(start)])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Starts the process, or starts it anew where it runs with other settings or another program; says which it was. */
export const startOutside = async (
  start: OutsideStart,
  { signal, progress }: StepOptions,
): Promise<'started' | 'restarted' | 'as it was'> => {
  const { instance, self, env } = start
  const stamp = await stampOf(start)
  const running = await runningProcess(instance, signal)
  if (running?.stamp === stamp) return 'as it was'
  if (running !== undefined) {
    progress('ending the process with the settings of before')
    await stopProcess(instance, signal)
  }
  progress('starting its process')
  await startProcess(instance, {
    self,
    flags: flagsOf(start),
    env: { ...env, ...outsideEnvironment(start), KECS_PROCESS_STAMP: stamp },
    deadlineMs: startDeadline,
    signal,
  })
  return running === undefined ? 'started' : 'restarted'
}

/** Waits until the process has seen what runs in the cluster, which is when it does something. */
export const outsideReady = async (instance: Instance, signal: AbortSignal): Promise<void> => {
  const ready = await poll(
    async () => {
      const found = await runningProcess(instance, signal)
      if (found === undefined) return 'ended' as const
      const response = await fetch(`${found.adminUrl}/ready`, { signal: AbortSignal.any([signal, AbortSignal.timeout(3000)]) }).catch(
        () => undefined,
      )
      return response?.ok === true ? ('ready' as const) : undefined
    },
    { every: 100, deadline: startDeadline, signal },
  )
  if (ready === 'ready') return
  throw new CliError(
    ready === 'ended' ? 'The control plane’s process ended.' : 'The control plane does not become ready.',
    `Its log says why: ${withName('kecs logs control-plane', instance.name)}`,
  )
}

/** Ends the control plane in the cluster and waits until nothing of it runs: a state has one writer. Idempotent. */
export const endInside = async (kube: KubeClient, signal: AbortSignal): Promise<void> => {
  await kube.remove(kinds.deployment, { name: controlPlaneName, namespace: systemNamespace }, { signal, propagationPolicy: 'Background' })
  const gone = await poll(async () => ((await podsInside(kube, signal)) === 0 ? true : undefined), {
    every: 100,
    deadline: goneDeadline,
    signal,
  })
  if (gone !== true) throw new CliError("The control plane's pod does not end.", 'See: kubectl -n kecs-system get pods')
}

const podsInside = async (kube: KubeClient, signal: AbortSignal): Promise<number> => {
  const { items } = await kube.list(kinds.pod, {
    namespace: systemNamespace,
    labelSelector: `${labels.component}=control-plane`,
    signal,
  })
  return items.length
}

/** The door's address for a process of this machine. Throws `CliError` where the door opens by a port-forward alone. */
export const doorFromHere = async (kube: KubeClient, instance: Instance, signal: AbortSignal): Promise<string> => {
  const door = await doorUrl(kube, instance, signal)
  if ('url' in door) return door.url
  throw new CliError(
    'With --legacy the control plane on this machine has to reach the AWS endpoint, which this cluster opens by a port-forward alone.',
    'Use a cluster on this machine, or open a port of its nodes with --bind ADDRESS.',
  )
}
