import type { AgentTask } from '../protocol.ts'
import { jsonAnswer } from './json-answer.ts'

/**
 * Fault injection: `POST $ECS_AGENT_URI/fault/v1/FAULT/start|stop|status`. It is refused as on ECS for tasks that did
 * not ask for it and for other network modes. Where it differs from ECS: no fault is made: that would take the right
 * to enter the network of every task. What asks for one is told so.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fault-injection.html
 */
export const fault = (request: Request, task: AgentTask, kind: string, action: string): Response => {
  if (request.method !== 'POST') return jsonAnswer({ Error: 'Method not allowed' }, 405)
  if (!task.isFaultInjectionEnabled) {
    return jsonAnswer({ Error: `enableFaultInjection is not enabled for task: ${task.taskArn}` }, 400)
  }
  if (task.networkMode !== 'awsvpc' && task.networkMode !== 'host') {
    return jsonAnswer({ Error: `${task.networkMode} mode is not supported. Please use either host or awsvpc mode.` }, 400)
  }
  if (action === 'status' || action === 'stop') return jsonAnswer({ Status: action === 'stop' ? 'stopped' : 'not-running' })
  return jsonAnswer({ Error: `kecs does not make network faults: ${kind} was not started.` }, 501)
}

export const faultKinds: readonly string[] = ['network-blackhole-port', 'network-latency', 'network-packet-loss']
export const faultActions: readonly string[] = ['start', 'stop', 'status']
