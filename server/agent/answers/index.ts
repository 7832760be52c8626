// What containers ask at 169.254.170.2. Errors are the real agent's: its texts as JSON strings, its statuses.
import { messageOf } from '../../../shared/errors.ts'
import { toldRuntimeId } from '../../domain/runtime-id.ts'
import type { Backend } from '../../backend/backend.ts'
import type { Logger } from '../../log.ts'
import type { ClockDriftDocument } from '../clock-drift.ts'
import type { CredentialStore } from '../credentials.ts'
import type { NetworkFaults } from '../faults/network-faults.ts'
import type { Found, KnownTasks } from '../known-tasks.ts'
import type { AgentContainer, AgentTask } from '../protocol.ts'
import type { RuntimeIds } from '../runtime-ids.ts'
import type { TaskStats } from '../stats/index.ts'
import { containerDocument, type Seen, taskDocument } from './documents.ts'
import { askedFault, fault } from './faults.ts'
import { jsonAnswer } from './json-answer.ts'
import { protection } from './protection.ts'

export interface AnswerParts {
  readonly tasks: KnownTasks
  readonly credentials: CredentialStore
  readonly stats: TaskStats
  readonly faults: NetworkFaults
  /** The ECS API. */
  readonly api: Backend
  readonly log: Logger
  readonly runtimeIds: Pick<RuntimeIds, 'of' | 'awaited'>
  readonly clockDrift: () => ClockDriftDocument | undefined
}

/**
 * How long a caller waits for its task to be told of, as a control plane that is busy comes to it after the container has
 * begun. SDKs give an answer one second or two: those that gave up ask again, where they would take a refusal for an answer.
 * Milliseconds.
 */
const patienceMs = 4_000

/** Answers a container's question; `caller` is its address. */
export const answerContainer = async (request: Request, caller: string, parts: AnswerParts): Promise<Response> => {
  const [, version = '', ...rest] = new URL(request.url).pathname.replace(/\/$/, '').split('/')
  try {
    if (version === 'v2') return await answerV2(rest, caller, parts)
    if (version === 'v3' || version === 'v4') return await answerMetadata(version, rest, caller, parts)
    if (version === 'api') return await answerApi(request, rest, caller, parts)
  } catch (error) {
    parts.log.error({ err: error }, `answering ${request.url}: ${messageOf(error)}`)
    return jsonAnswer('internal server error', 500)
  }
  return notFound()
}

const notFound = (): Response =>
  new Response('404 page not found\n', { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } })

const seenBy = (task: AgentTask, caller: string, { runtimeIds, clockDrift }: AnswerParts, asking?: AgentContainer): Seen => ({
  caller,
  ...(asking !== undefined && { asking }),
  runtimeId: container => runtimeIds.of(task, container),
  clockDrift,
})

const answerMetadata = async (version: 'v3' | 'v4', path: readonly string[], caller: string, parts: AnswerParts): Promise<Response> => {
  const [id = '', ...what] = path
  const asked = what.join('/')
  const kind = questions.get(asked)
  if (kind === undefined) return notFound()
  const found = await parts.tasks.byContainer(id, caller, patienceMs)
  if (found === undefined) {
    const of = kind === 'container' ? 'container ID' : 'task arn'
    const inner = of === 'task arn' ? 'task Arn' : 'docker ID'
    const reason = `unable to get ${of} from request: unable to get ${inner} from v3 endpoint ID: ${id}`
    return jsonAnswer(
      `${version.toUpperCase()} ${kind} ${kind === 'container' || kind === 'task' ? 'metadata ' : ''}handler: ${reason}`,
      404,
    )
  }
  await parts.runtimeIds.awaited(found.task, found.container, patienceMs)
  const seen = seenBy(found.task, caller, parts, found.container)
  if (asked === '') return jsonAnswer(containerDocument(found.task, found.container, seen, version))
  if (kind === 'task') return jsonAnswer(taskDocument(found.task, seen, version, asked === 'taskWithTags'))
  // Of all tasks of an instance none but ECS' own daemons are told.
  if (asked === 'tasks') return jsonAnswer('failed to get tasks metadata', 500)
  if (asked === 'tasks/stats') return jsonAnswer('tasks stats endpoint not supported', 500)
  return answerStats(found, asked, caller, parts)
}

const questions: ReadonlyMap<string, string> = new Map([
  ['', 'container'],
  ['task', 'task'],
  ['taskWithTags', 'task'],
  ['stats', 'container stats'],
  ['task/stats', 'task stats'],
  ['tasks', 'tasks'],
  ['tasks/stats', 'tasks stats'],
])

const answerStats = async (found: Found, asked: string, caller: string, { stats }: AnswerParts): Promise<Response> => {
  const { container } = found
  // Until Kubernetes tells the task's address it is the caller's.
  const task = found.task.networkMode === 'host' ? found.task : { ...found.task, address: found.task.address ?? caller }
  if (asked === 'task/stats') return jsonAnswer(await stats.ofTask(task))
  const document = await stats.ofContainer(task, container)
  if (document !== undefined) return jsonAnswer(document)
  return jsonAnswer(`Unable to get container stats for: ${container.runtimeId ?? container.id}`, 500)
}

/** Version 2 knows its caller by address alone; credentials are asked for by their id. */
const answerV2 = async ([what = '', id]: readonly string[], caller: string, parts: AnswerParts): Promise<Response> => {
  if (what === 'credentials') return answerCredentials(id ?? '', caller, parts)
  if (what !== 'metadata' && what !== 'metadataWithTags' && what !== 'stats') return notFound()
  const task = await parts.tasks.byAddress(caller, patienceMs)
  if (task === undefined) {
    const handler = what === 'stats' ? 'task/container stats' : 'task/container metadata'
    return jsonAnswer(`Unable to get task arn from request: v2 ${handler} handler: no task has the address ${caller}`, 400)
  }
  const toldId = (each: AgentContainer): string =>
    toldRuntimeId(task.launchType, task.taskId, each.runtimeId ?? parts.runtimeIds.of(task, each) ?? '')
  const container = task.containers.find(each => id !== undefined && id !== '' && toldId(each) === id)
  if (id !== undefined && container === undefined)
    return jsonAnswer(`Unable to get container from request: container '${id}' not found`, 400)
  if (what === 'stats') {
    if (container !== undefined) return answerStats({ task, container }, 'stats', caller, parts)
    return jsonAnswer(await parts.stats.ofTask(task))
  }
  const seen = seenBy(task, caller, parts)
  if (container !== undefined) return jsonAnswer(containerDocument(task, container, seen, 'v2'))
  return jsonAnswer(taskDocument(task, seen, 'v2', what === 'metadataWithTags'))
}

const answerCredentials = async (id: string, caller: string, { tasks, credentials, log }: AnswerParts): Promise<Response> => {
  const refuse = (status: number, code: string, what: string): Response =>
    jsonAnswer({ code, message: `CredentialsV2Request: ${what}`, HTTPErrorCode: status }, status)
  if (id === '') return refuse(400, 'NoIdInRequest', 'No Credential ID in the request')
  const task = await tasks.byCredentials(id, caller, patienceMs)
  if (task === undefined) {
    return tasks.isTold
      ? refuse(400, 'InvalidIdInRequest', 'Credentials not found')
      : refuse(503, 'CredentialsUninitialized', 'Credentials uninitialized for ID')
  }
  try {
    const given = await credentials.of(task)
    return given === undefined ? refuse(400, 'InvalidIdInRequest', 'Credentials not found') : jsonAnswer(given)
  } catch (error) {
    log.warn({ taskArn: task.taskArn }, `no credentials: ${messageOf(error)}`)
    return refuse(503, 'CredentialsUninitialized', 'Credentials uninitialized for ID')
  }
}

const answerApi = async (request: Request, path: readonly string[], caller: string, parts: AnswerParts): Promise<Response> => {
  const [id = '', ...what] = path
  const asked = what.join('/')
  const asksFault = askedFault(asked)
  if (asked !== 'task-protection/v1/state' && asksFault === undefined) return notFound()
  const found = await parts.tasks.byContainer(id, caller, patienceMs)
  if (asksFault !== undefined) return fault(request, asksFault, found && { task: found.task, caller }, parts)
  if (found === undefined) {
    return jsonAnswer({ error: { Code: 'ResourceNotFoundException', Message: 'Failed to find a task for the request' } }, 404)
  }
  return protection(request, found.task, parts.api)
}
