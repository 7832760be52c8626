import { defaultRegion } from '../../shared/names.ts'
import { howToGetReal } from '../cluster/choose.ts'
import { kindOf } from '../cluster/title.ts'
import type { Instance } from '../cluster/driver.ts'
import { udpListenerRange } from '../cluster/ports.ts'
import { withName } from '../instance.ts'
import type { Paint } from '../output/paint.ts'
import { wrap } from '../output/wrap.ts'
import { shortPath } from '../short-path.ts'

/** The AWS door as programs on this machine reach it. An instance that listens on every address is reached by loopback. */
export const endpointOf = (instance: Pick<Instance, 'bind' | 'port' | 'endpoint'>): string => {
  if (instance.endpoint !== undefined) return instance.endpoint
  const host =
    { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[instance.bind] ?? (instance.bind.includes(':') ? `[${instance.bind}]` : instance.bind)
  return `http://${host}:${instance.port}`
}

export interface UpResult {
  readonly instance: Instance
  readonly endpoint: string
  readonly milliseconds: number
  /** The cluster's kubeconfig, where there is a cluster. */
  readonly kubeconfig?: string
  /** The command that makes the endpoint answer, where the cluster opens no port. */
  readonly portForward?: string
}

/** What `up --json` prints. */
export const upDocument = ({ instance, endpoint, milliseconds, kubeconfig, portForward }: UpResult) => ({
  name: instance.name,
  state: 'ready',
  ...kindOf(instance),
  legacy: instance.legacy !== undefined,
  endpoint,
  region: defaultRegion,
  publishedPorts: instance.publishedPorts,
  listenerPorts: instance.listenerPorts,
  udpListenerPorts: udpListenerRange(instance),
  data: instance.dataDir,
  ...(kubeconfig === undefined ? {} : { kubeconfig }),
  ...(portForward === undefined ? {} : { portForward }),
  version: instance.version,
  seconds: Math.round(milliseconds / 100) / 10,
})

type PortRange = Instance['listenerPorts']

/** Which ports of the host are whose; a simulated instance has no load balancer that carries traffic. */
export const portRows = (
  instance: Pick<Instance, 'publishedPorts' | 'listenerPorts'> & { readonly driver: string; readonly udpListenerPorts: PortRange },
): readonly (readonly [label: string, value: string])[] => {
  const { publishedPorts: tasks, listenerPorts: listeners, udpListenerPorts: udp } = instance
  const hasListeners = instance.driver !== 'simulated' && instance.driver !== 'context' && listeners.last >= listeners.first
  const ofUdp = udp.last < udp.first ? '' : udp.first === listeners.first ? ', for UDP too' : `, ${udp.first}-${udp.last} for UDP too`
  return [
    ['ports', `${tasks.first}-${tasks.last} of tasks`],
    ...(hasListeners ? ([['', `${listeners.first}-${listeners.last} of load balancers' listeners${ofUdp}`]] as const) : []),
  ]
}

/** The lines that `up` ends with: where it answers, and what to do next. */
export const upLines = ({ instance, endpoint, milliseconds, kubeconfig, portForward }: UpResult, paint: Paint): readonly string[] => {
  const row = (label: string, value: string) => `  ${paint('dim', label.padEnd(10))} ${value}`
  const name = instance.name === 'kecs' ? 'kecs' : `kecs (${instance.name})`
  return [
    '',
    `${paint('green', '●')} ${paint('bold', `${name} is ready`)} ${paint('dim', `after ${(milliseconds / 1000).toFixed(1)} s`)}`,
    '',
    row('endpoint', paint('bold', endpoint)),
    ...(portForward === undefined ? [] : [row('', `once this runs: ${portForward}`)]),
    ...portRows({ ...instance, udpListenerPorts: udpListenerRange(instance) }).map(([label, value]) => row(label, value)),
    ...(kubeconfig === undefined ? [] : [row('cluster', `kubectl --kubeconfig ${shortPath(kubeconfig)} get pods -A`)]),
    ...(instance.legacy === undefined ? [] : [row('legacy', 'the control plane is a process of this machine; kecs migrate moves it')]),
    ...(instance.driver === 'simulated' ? [row('tasks', paint('yellow', 'simulated: no container runs'))] : []),
    '',
    `  ${paint('dim', 'point this shell at it')}   ${paint('cyan', `eval "$(${withName('kecs env', instance.name)})"`)}`,
    `  ${paint('dim', 'and try')}                  ${paint('cyan', 'aws ecs create-cluster --cluster-name demo')}`,
  ]
}

/** Says unmissably that nothing real runs, to whoever did not ask for that. */
export const simulatedNotice = (paint: Paint, width: number, name: string): string => {
  const lines = [
    'TASKS ARE SIMULATED: no container is started.',
    '',
    'Docker does not answer here, so kecs runs without a Kubernetes',
    'cluster. Its API behaves as always, but images are not pulled,',
    'nothing listens on task ports but a stand-in, and other AWS',
    'services are missing.',
    '',
    'For real tasks:',
    ...howToGetReal.flatMap(line => wrap(line, 62)),
    `Then: ${withName('kecs down', name)} && ${withName('kecs up', name)}`,
    '',
    `To choose this on purpose: ${withName('kecs up --driver simulated', name)}`,
  ]
  const inner = Math.min(Math.max(...lines.map(line => line.length)), width - 6)
  const bar = '━'.repeat(inner + 4)
  const body = lines.map((line, index) => {
    const text = line.padEnd(inner)
    return `${paint('yellow', '┃')}  ${index === 0 ? paint(['bold', 'yellow'], text) : text}  ${paint('yellow', '┃')}`
  })
  return [paint('yellow', `┏${bar}┓`), ...body, paint('yellow', `┗${bar}┛`), ''].join('\n')
}
