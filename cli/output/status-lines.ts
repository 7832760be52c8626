import { withName } from '../instance.ts'
import { sideTitle } from '../legacy/migration.ts'
import type { StatusDocument } from '../status.ts'
import type { Paint } from './paint.ts'
import { shortPath } from '../short-path.ts'
import { portRows } from '../up/summary.ts'

const marks = {
  ready: ['green', '●'],
  starting: ['yellow', '◐'],
  failing: ['red', '●'],
  stopped: ['yellow', '○'],
  absent: ['dim', '○'],
  foreign: ['red', '●'],
} as const

/** What `status` shows a person. */
export const statusLines = (status: StatusDocument, paint: Paint): readonly string[] => {
  const mark = (state: StatusDocument['state']) => paint(marks[state][0], marks[state][1])
  const row = (label: string, value: string) => `  ${paint('dim', label.padEnd(10))} ${value}`
  const what = {
    ready: 'is ready',
    starting: 'is starting',
    failing: 'is failing',
    stopped: 'is stopped',
    absent: 'is down',
    foreign: 'has no cluster of its own: another one has its name',
  }
  const name = status.name === 'kecs' ? 'kecs' : `kecs (${status.name})`
  const lines = [
    `${mark(status.state)} ${paint('bold', `${name} ${what[status.state]}`)}${paint('dim', ` on ${status.driver}${status.legacy ? ', legacy: its control plane is on this machine' : ''}`)}`,
    '',
  ]
  const isUp = status.state !== 'absent' && status.state !== 'stopped'
  if (isUp) {
    lines.push(row('endpoint', status.endpoint), ...portRows(status).map(([label, value]) => row(label, value)))
    if (status.kubeconfig !== undefined) lines.push(row('cluster', `kubectl --kubeconfig ${shortPath(status.kubeconfig)} get pods -A`))
    if (status.simulated) lines.push(row('tasks', paint('yellow', 'simulated: no container runs')))
  }
  lines.push(row('data', shortPath(status.data)), row('version', status.version))
  if (status.components.length > 0) lines.push('')
  const width = Math.max(0, ...status.components.map(({ component }) => component.length))
  for (const { component, state, why, restarts = 0, pid } of status.components) {
    const notes = [
      why ?? '',
      restarts === 0 ? '' : `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`,
      pid === undefined ? '' : `process ${pid}`,
    ].filter(note => note !== '')
    lines.push(`  ${mark(state)} ${component.padEnd(width)}  ${state.padEnd(8)} ${paint('dim', notes.join(', '))}`.trimEnd())
  }
  lines.push(...listenerLines(status, paint))
  const next = nextStep(status)
  if (next !== undefined) lines.push('', `  ${next}`)
  if (status.otherInstances.length > 0) {
    const others = status.otherInstances.map(({ name: other, driver, port }) => `${other} (${driver}, port ${port})`)
    lines.push('', `  ${paint('dim', `other instances: ${others.join(', ')}`)}`)
  }
  return lines
}

/** Where load balancers are reached: from this machine, and where that is not so, by name alone. */
const listenerLines = ({ listeners, endpoint }: StatusDocument, paint: Paint): readonly string[] => {
  if (listeners.length === 0) return []
  const { hostname, port: door } = new URL(endpoint)
  const width = Math.max(...listeners.map(({ loadBalancer }) => loadBalancer.length))
  const lines = listeners.map(({ loadBalancer, dnsName, protocol, port, hostPort }) => {
    const at = hostPort === undefined ? paint('dim', 'by name inside the cluster alone') : `${hostname}:${hostPort}`
    const byName = protocol === 'HTTP' && port === 80 ? paint('dim', `  http://${dnsName}:${door}`) : ''
    return `  ${loadBalancer.padEnd(width)}  ${`${protocol} ${port}`.padEnd(9)}  ${at}${byName}`
  })
  return ['', `  ${paint('dim', 'load balancers')}`, ...lines]
}

const nextStep = ({ state, name, migratingTo }: StatusDocument): string | undefined => {
  if (migratingTo !== undefined && state !== 'stopped' && state !== 'absent') {
    return `A migration was cut off: ${withName('kecs migrate', name)} goes on, and the control plane is ${sideTitle(migratingTo)} then`
  }
  if (state === 'stopped') return `Start it with: ${withName('kecs start', name)}`
  if (state === 'absent') return `Bring it back with: ${withName('kecs up', name)}`
  return state === 'failing' ? `See: ${withName('kecs logs', name)}; mend it with: ${withName('kecs up', name)}` : undefined
}
