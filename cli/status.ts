import { join } from 'node:path'
import { messageOf } from '../shared/errors.ts'
import { cannotWrite, defaultRegion, listenersPath } from '../shared/names.ts'
import type { ClusterDriver, ClusterState, Instance } from './cluster/driver.ts'
import { udpListenerRange } from './cluster/ports.ts'
import { runningProcess } from './cluster/control-process.ts'
import { kindOf } from './cluster/title.ts'
import { lenientDriverOf } from './drivers.ts'
import type { Host } from './host.ts'
import { listInstances } from './instance.ts'
import { cutOffMigration } from './legacy/journal.ts'
import type { Side } from './legacy/migration.ts'
import { endpointOf } from './up/summary.ts'

export interface ComponentStatus {
  readonly component: string
  readonly state: 'absent' | 'starting' | 'ready' | 'failing'
  /** Why it is not ready. */
  readonly why?: string
  readonly restarts?: number
  /** Of a process of this machine, which a simulated instance and one with --legacy have. */
  readonly pid?: number
}

/** A listener of a load balancer. */
export interface ListenerStatus {
  readonly loadBalancer: string
  readonly dnsName: string
  readonly protocol: string
  readonly port: number
  /** The port of this machine that it is reached at; absent where it is reached by name inside the cluster alone. */
  readonly hostPort?: number
}

/** What `status --json` prints. */
export interface StatusDocument {
  readonly name: string
  readonly driver: string
  readonly simulated: boolean
  /** The control plane runs on this machine, outside of the cluster. */
  readonly legacy: boolean
  /** Where the control plane was to be, of a migration that was cut off. */
  readonly migratingTo?: Side
  /** `ready`: all answers; `starting` or `failing`: the cluster runs but components do not all. */
  readonly state: 'ready' | 'starting' | 'failing' | 'stopped' | 'absent' | 'foreign'
  readonly endpoint: string
  readonly region: string
  readonly components: readonly ComponentStatus[]
  readonly publishedPorts: Instance['publishedPorts']
  readonly listenerPorts: Instance['listenerPorts']
  /** Those of them that are published for UDP too. */
  readonly udpListenerPorts: Instance['listenerPorts']
  /** Where load balancers' listeners are reached; empty while that cannot be asked. */
  readonly listeners: readonly ListenerStatus[]
  readonly kubeconfig?: string
  readonly data: string
  /** LocalStack's image, another backend's address, or none, as a simulated instance has it unless it was given an address. */
  readonly backend: string
  readonly version: string
  readonly otherInstances: readonly { readonly name: string; readonly driver: string; readonly port: number }[]
}

export const readStatus = async (instance: Instance, host: Host): Promise<StatusDocument> => {
  const driver = await lenientDriverOf(instance, host)
  const state = await driver.state(instance, host.signal)
  const components = state.is === 'running' ? await readComponents(instance, driver, host.signal) : []
  const others = (await listInstances(host.home)).filter(({ name }) => name !== instance.name)
  // `kecs migrate` itself says what is wrong with a journal that cannot be read.
  const migration = await cutOffMigration(instance).catch(() => undefined)
  return {
    name: instance.name,
    ...kindOf(instance),
    legacy: instance.legacy !== undefined,
    ...(migration === undefined ? {} : { migratingTo: migration.direction === 'there' ? migration.to : migration.from }),
    state: overall(state, components),
    endpoint: endpointOf(instance),
    region: defaultRegion,
    components,
    publishedPorts: instance.publishedPorts,
    listenerPorts: instance.listenerPorts,
    udpListenerPorts: udpListenerRange(instance),
    listeners: state.is === 'running' && instance.driver !== 'simulated' ? await readListeners(instance, driver, host.signal) : [],
    ...(instance.driver === 'simulated' || state.is !== 'running' ? {} : { kubeconfig: join(instance.folder, 'kubeconfig') }),
    data: instance.dataDir,
    backend: instance.driver === 'simulated' && !/^https?:/.test(instance.backend) ? 'none' : instance.backend,
    version: instance.version,
    otherInstances: others.map(({ name, driver: on, port }) => ({ name, driver: on, port })),
  }
}

const readListeners = async (instance: Instance, driver: ClusterDriver, signal: AbortSignal): Promise<readonly ListenerStatus[]> => {
  const { withChannel } = await import('./admin-channel.ts')
  try {
    const answer = await withChannel({ instance, driver, signal }, channel => channel.json({ method: 'GET', path: listenersPath }))
    return Array.isArray(answer) ? answer.flatMap(listenerOf) : []
  } catch {
    // The components' states say what is wrong.
    signal.throwIfAborted()
    return []
  }
}

const listenerOf = (value: unknown): readonly ListenerStatus[] => {
  const fields = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : [])
  const [loadBalancer, dnsName, protocol, port, hostPort] = ['loadBalancer', 'dnsName', 'protocol', 'port', 'hostPort'].map(key =>
    fields.get(key),
  )
  if (typeof loadBalancer !== 'string' || typeof dnsName !== 'string' || typeof protocol !== 'string' || typeof port !== 'number') return []
  return [{ loadBalancer, dnsName, protocol, port, ...(typeof hostPort === 'number' ? { hostPort } : {}) }]
}

const overall = (state: ClusterState, components: readonly ComponentStatus[]): StatusDocument['state'] => {
  if (state.is !== 'running') return state.is
  if (components.some(({ state: component }) => component === 'failing' || component === 'absent')) return 'failing'
  return components.every(({ state: component }) => component === 'ready') ? 'ready' : 'starting'
}

/** The components of an instance whose cluster runs, or why they cannot be seen. */
export const readComponents = async (
  instance: Instance,
  driver: ClusterDriver,
  signal: AbortSignal,
): Promise<readonly ComponentStatus[]> => {
  if (driver.name === 'simulated') return processComponents(instance, signal)
  const [{ connect }, { componentStates }] = await Promise.all([import('../shared/kube/index.ts'), import('./install/components.ts')])
  try {
    const kube = await connect({ kubeconfig: await driver.kubeconfig(instance, signal) })
    const states = await componentStates(kube, instance, signal).finally(() => kube.close())
    const outside = instance.legacy === undefined ? [] : await processComponents(instance, signal)
    const inside = states.map(({ component, is, why, restarts }) => ({
      component,
      state: is,
      restarts,
      ...(why === undefined ? {} : { why }),
    }))
    const trouble = outside.length === 0 ? await storeTrouble(endpointOf(instance), signal) : undefined
    return [
      ...outside,
      ...inside.map(each =>
        trouble !== undefined && each.component === 'control-plane' && each.state === 'ready'
          ? { ...each, state: 'failing' as const, why: trouble }
          : each,
      ),
    ]
  } catch (error) {
    signal.throwIfAborted()
    return [{ component: 'kubernetes', state: 'failing', why: messageOf(error) }]
  }
}

/** Why changes are refused: the pod is ready all the same, for reads and for refusals that callers understand. */
const storeTrouble = async (endpoint: string, signal: AbortSignal): Promise<string | undefined> => {
  try {
    const response = await fetch(`${endpoint}/_kecs/health`, { signal: AbortSignal.any([signal, AbortSignal.timeout(3000)]) })
    const report: { components?: { store?: { message?: unknown } } } = await response.json()
    const message = report.components?.store?.message
    return typeof message === 'string' && message.startsWith(cannotWrite) ? message : undefined
  } catch {
    // The components' states say what is wrong.
    signal.throwIfAborted()
    return undefined
  }
}

/** Of a process of this machine. */
const processComponents = async (instance: Instance, signal: AbortSignal): Promise<readonly ComponentStatus[]> => {
  const found = await runningProcess(instance, signal)
  if (found === undefined) return [{ component: 'control-plane', state: 'absent' }]
  const response = await fetch(`${found.adminUrl}/ready`, { signal }).catch(() => undefined)
  if (response?.ok === true) return [{ component: 'control-plane', state: 'ready', pid: found.pid }]
  const why = (await response?.text().catch(() => undefined))?.trim()
  return [
    why?.startsWith(cannotWrite) === true
      ? { component: 'control-plane', state: 'failing', why, pid: found.pid }
      : { component: 'control-plane', state: 'starting', pid: found.pid },
  ]
}
