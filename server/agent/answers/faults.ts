import { messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../log.ts'
import { FaultNotMade, FaultNotPossible, type NamedFault, type NetworkFaults } from '../faults/network-faults.ts'
import { type FaultKind, faultOf, FaultRequestRefused } from '../faults/requests.ts'
import type { AgentTask } from '../protocol.ts'
import { jsonAnswer } from './json-answer.ts'

/** As a path names it: `KIND/start`, `KIND/stop`, `KIND/status`. */
export interface AskedFault {
  readonly kind: FaultKind
  readonly action: 'start' | 'stop' | 'status'
}

const kinds: readonly FaultKind[] = ['network-blackhole-port', 'network-latency', 'network-packet-loss']
const actions: readonly AskedFault['action'][] = ['start', 'stop', 'status']

/** What a path below the agent's URI asks for; undefined for what is no fault. */
export const askedFault = (path: string): AskedFault | undefined => {
  const [, askedKind, askedAction] = /^fault\/v1\/([a-z-]+)\/([a-z]+)$/.exec(path) ?? []
  const kind = kinds.find(each => each === askedKind)
  const action = actions.find(each => each === askedAction)
  return kind === undefined || action === undefined ? undefined : { kind, action }
}

const failed = (Error: string, status: number): Response => jsonAnswer({ Error }, status)

/**
 * Fault injection: `POST $ECS_AGENT_URI/fault/v1/FAULT/start|stop|status`.
 *
 * Where it differs from ECS: no fault is made in network mode host, whose network is the node's, and no latency where
 * the node's kernel has no way to: both are refused with 501. Faults are of IPv4 and do not touch what a task's containers send each other. What an
 * ingress fault spares is what comes from there.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fault-injection.html
 */
export const fault = async (
  request: Request,
  { kind, action }: AskedFault,
  found: { readonly task: AgentTask; readonly caller: string } | undefined,
  { faults, log }: { readonly faults: NetworkFaults; readonly log: Logger },
): Promise<Response> => {
  if (request.method !== 'POST') return failed('Method not allowed', 405)
  try {
    // As on ECS the body tells which port, and else what is to begin alone.
    const asked = kind === 'network-blackhole-port' || action === 'start' ? faultOf(kind, await request.text()) : { kind }
    if (found === undefined) return failed(`unable to lookup container: ${request.url.split('/')[4] ?? ''}`, 404)
    const refusal = refusalOf(found.task)
    if (refusal !== undefined) return refusal
    return act(asked, action, found, faults)
  } catch (error) {
    if (error instanceof FaultRequestRefused) return failed(error.message, 400)
    if (error instanceof FaultNotPossible) return failed(error.message, 501)
    if (!(error instanceof FaultNotMade)) throw error
    log.error({ kind, action }, `a network fault was not made: ${messageOf(error)}`)
    return failed('internal error', 500)
  }
}

const refusalOf = (task: AgentTask): Response | undefined => {
  if (!task.isFaultInjectionEnabled) return failed(`enableFaultInjection is not enabled for task: ${task.taskArn}`, 400)
  if (task.networkMode === 'host') return failed("kecs makes no network faults in network mode host: they would be the node's.", 501)
  if (task.networkMode === 'awsvpc') return undefined
  return failed(`${task.networkMode} mode is not supported. Please use either host or awsvpc mode.`, 400)
}

const exclusive = [
  ['network-latency', 'latency'],
  ['network-packet-loss', 'packet loss'],
] as const

const act = (
  asked: NamedFault,
  action: AskedFault['action'],
  { task, caller }: { readonly task: AgentTask; readonly caller: string },
  faults: NetworkFaults,
): Response => {
  const isRunning = faults.isRunning(task, asked)
  if (action === 'status') return jsonAnswer({ Status: isRunning ? 'running' : 'not-running' })
  if (action === 'stop') {
    if (isRunning) faults.end(task, asked)
    return jsonAnswer({ Status: 'stopped' })
  }
  if (!('spared' in asked)) throw new Error('what is to begin has no members')
  if (asked.kind !== 'network-blackhole-port') {
    // Of those that are of whole connections there is one at a time.
    for (const [kind, what] of exclusive)
      if (faults.isRunning(task, { kind })) return failed(`There is already one network ${what} fault running`, 409)
  }
  // Until Kubernetes tells the task's address it is the caller's.
  if (!isRunning) faults.start(task, task.address ?? caller, asked)
  return jsonAnswer({ Status: 'running' })
}
