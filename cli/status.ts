import { join } from 'node:path'
import { messageOf } from '../shared/errors.ts'
import { defaultRegion } from '../shared/names.ts'
import type { ClusterDriver, ClusterState, Instance } from './cluster/driver.ts'
import { runningProcess } from './cluster/simulated.ts'
import { lenientDriverOf } from './drivers.ts'
import type { Host } from './host.ts'
import { listInstances } from './instance.ts'
import { endpointOf } from './up/summary.ts'

export interface ComponentStatus {
  readonly component: string
  readonly state: 'absent' | 'starting' | 'ready' | 'failing'
  /** Why it is not ready. */
  readonly why?: string
  readonly restarts?: number
  /** Of a simulated instance's process. */
  readonly pid?: number
}

/** What `status --json` prints. */
export interface StatusDocument {
  readonly name: string
  readonly driver: string
  readonly simulated: boolean
  /** `ready`: all answers; `starting` or `failing`: the cluster runs but components do not all. */
  readonly state: 'ready' | 'starting' | 'failing' | 'stopped' | 'absent' | 'foreign'
  readonly endpoint: string
  readonly region: string
  readonly components: readonly ComponentStatus[]
  readonly publishedPorts: Instance['publishedPorts']
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
  return {
    name: instance.name,
    driver: instance.driver,
    simulated: instance.driver === 'simulated',
    state: overall(state, components),
    endpoint: endpointOf(instance),
    region: defaultRegion,
    components,
    publishedPorts: instance.publishedPorts,
    ...(instance.driver === 'simulated' || state.is !== 'running' ? {} : { kubeconfig: join(instance.folder, 'kubeconfig') }),
    data: instance.dataDir,
    backend: instance.driver === 'simulated' && !/^https?:/.test(instance.backend) ? 'none' : instance.backend,
    version: instance.version,
    otherInstances: others.map(({ name, driver: on, port }) => ({ name, driver: on, port })),
  }
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
  if (driver.name === 'simulated') return simulatedComponents(instance, signal)
  const [{ connect }, { componentStates }] = await Promise.all([import('../shared/kube/index.ts'), import('./install/components.ts')])
  try {
    const kube = await connect({ kubeconfig: await driver.kubeconfig(instance, signal) })
    const states = await componentStates(kube, instance, signal).finally(() => kube.close())
    return states.map(({ component, is, why, restarts }) => ({ component, state: is, restarts, ...(why === undefined ? {} : { why }) }))
  } catch (error) {
    signal.throwIfAborted()
    return [{ component: 'kubernetes', state: 'failing', why: messageOf(error) }]
  }
}

const simulatedComponents = async (instance: Instance, signal: AbortSignal): Promise<readonly ComponentStatus[]> => {
  const found = await runningProcess(instance, signal)
  if (found === undefined) return [{ component: 'control-plane', state: 'absent' }]
  const response = await fetch(`${found.adminUrl}/ready`, { signal }).catch(() => undefined)
  return [{ component: 'control-plane', state: response?.ok === true ? 'ready' : 'starting', pid: found.pid }]
}
