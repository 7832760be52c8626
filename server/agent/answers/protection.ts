import { type Backend, BackendError } from '../../backend/backend.ts'
import { listOf, memberOf } from '../../backend/read-answer.ts'
import type { AgentTask } from '../protocol.ts'
import { jsonAnswer } from './json-answer.ts'

const target = 'AmazonEC2ContainerServiceV20141113'

/**
 * Task scale-in protection by a container of the task itself: `GET` and `PUT $ECS_AGENT_URI/task-protection/v1/state`.
 * `api` is the ECS API.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
export const protection = async (request: Request, task: AgentTask, api: Backend): Promise<Response> => {
  if (request.method === 'GET') return call(task, api, 'GetTaskProtection', {})
  if (request.method !== 'PUT') return jsonAnswer({ error: { Code: 'InvalidParameterException', Message: 'Method not allowed' } }, 405)
  const asked = read(await request.text())
  if (asked === undefined) return refuse(task, 400, 'InvalidParameterException', 'UpdateTaskProtection: failed to decode request', false)
  const { ProtectionEnabled: protectionEnabled, ExpiresInMinutes: expiresInMinutes } = asked
  if (protectionEnabled === undefined) {
    return refuse(task, 400, 'InvalidParameterException', "Invalid request: does not contain 'ProtectionEnabled' field")
  }
  return call(task, api, 'UpdateTaskProtection', { protectionEnabled, ...(expiresInMinutes === undefined ? {} : { expiresInMinutes }) })
}

interface Asked {
  readonly ProtectionEnabled?: boolean
  readonly ExpiresInMinutes?: number
}

/** Undefined for what is no such request. */
const read = (text: string): Asked | undefined => {
  try {
    const { ProtectionEnabled, ExpiresInMinutes, ...rest }: Record<string, unknown> = JSON.parse(text)
    if (Object.keys(rest).length > 0) return undefined
    if (ProtectionEnabled !== undefined && typeof ProtectionEnabled !== 'boolean') return undefined
    if (ExpiresInMinutes !== undefined && (typeof ExpiresInMinutes !== 'number' || !Number.isInteger(ExpiresInMinutes))) return undefined
    return { ...(ProtectionEnabled !== undefined && { ProtectionEnabled }), ...(ExpiresInMinutes !== undefined && { ExpiresInMinutes }) }
  } catch {
    return undefined
  }
}

const call = async (task: AgentTask, api: Backend, operation: string, input: object): Promise<Response> => {
  const { account, region, clusterArn, taskArn } = task
  try {
    const answer = await api.json('ecs', `${target}.${operation}`, { cluster: clusterArn, tasks: [taskArn], ...input }, { account, region })
    const [failure] = listOf(memberOf(answer, 'failures'))
    if (failure !== undefined) {
      const [arn, reason, detail] = ['arn', 'reason', 'detail'].map(name => memberOf(failure, name))
      return jsonAnswer({ failure: { Arn: arn, ...(detail !== undefined && { Detail: detail }), Reason: reason } })
    }
    const [found] = listOf(memberOf(answer, 'protectedTasks'))
    return jsonAnswer({ protection: shown(found) })
  } catch (error) {
    if (error instanceof BackendError) return refuse(task, error.status, error.code, error.message)
    return refuse(task, 500, 'ServerException', 'Timed out calling ECS Task Protection API')
  }
}

const shown = (found: unknown): object => {
  const expires = memberOf(found, 'expirationDate')
  return {
    ...(typeof expires === 'number' && { ExpirationDate: new Date(expires * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z') }),
    ProtectionEnabled: memberOf(found, 'protectionEnabled') === true,
    TaskArn: memberOf(found, 'taskArn'),
  }
}

const refuse = (task: AgentTask, status: number, code: string, message: string, isOfTask = true): Response =>
  jsonAnswer({ error: { ...(isOfTask && { Arn: task.taskArn }), Code: code, Message: message } }, status)
