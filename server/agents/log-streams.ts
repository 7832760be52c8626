import type { AwsLogs } from '../agent/protocol.ts'
import { type Backend, BackendError, type BackendPlace, type CallOptions } from '../backend/backend.ts'
import { createLogGroup, createLogStream, hasLogGroup } from '../backend/logs.ts'
import { awsLogsOf, LogOptionsRefused } from '../domain/awslogs.ts'
import { TaskRefused } from '../runtime/runtime.ts'
import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'

/** A task's turn is not held for longer by a backend that says nothing. Milliseconds. */
const timeoutMs = 5_000

/**
 * Makes the log groups and streams of a task's containers before it starts, as their log drivers would: idempotent.
 * Throws `TaskRefused` in ECS' words when one cannot be had, and `BackendUnreachable` for another try.
 *
 * The text for Fargate is its platform's, that for EC2 Docker's. A stream that is named by a container's runtime id is
 * made when there is one; here its group is looked for.
 */
export const makeLogStreams = async (
  row: TaskRow,
  { taskDefinition }: TaskDefinitionRow,
  backend: Backend | undefined,
  signal?: AbortSignal,
): Promise<void> => {
  const options: CallOptions = { timeoutMs, ...(signal === undefined ? {} : { signal }) }
  const [account = '', region = ''] = row.scope.split('/')
  const refuse = (cause: string): TaskRefused => new TaskRefused(refusalOf(row, cause))
  for (const { name = '', logConfiguration } of taskDefinition.containerDefinitions ?? []) {
    const logs = readOptions(() => awsLogsOf(logConfiguration, { containerName: name, taskId: row.taskId, region }), refuse)
    if (logs === undefined) continue
    if (backend === undefined) throw refuse('there is no backend that has CloudWatch Logs: kecs was started with --backend none.')
    await makeStream(backend, logs, { account, region: logs.region }, options, refuse)
  }
}

type Refuse = (cause: string) => TaskRefused

const readOptions = (read: () => AwsLogs | undefined, refuse: Refuse): AwsLogs | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof LogOptionsRefused) throw refuse(error.message)
    throw error
  }
}

const missing = 'ResourceNotFoundException: The specified log group does not exist.'

const makeStream = async (backend: Backend, logs: AwsLogs, place: BackendPlace, options: CallOptions, refuse: Refuse): Promise<void> => {
  const { group, stream, createGroup } = logs
  const refused = (what: string, error: unknown): unknown =>
    error instanceof BackendError ? refuse(`failed to create Cloudwatch log ${what}: ${error.code}: ${error.message}`) : error
  if (createGroup) {
    await createLogGroup(backend, group, place, options).catch((error: unknown) => {
      throw refused('group', error)
    })
  }
  if (stream === undefined) {
    if (!createGroup && !(await hasLogGroup(backend, group, place, options)))
      throw refuse(`failed to create Cloudwatch log stream: ${missing}`)
    return
  }
  await createLogStream(backend, { logGroupName: group, logStreamName: stream }, place, options).catch((error: unknown) => {
    throw refused('stream', error)
  })
}

const refusalOf = ({ task }: TaskRow, cause: string): string => {
  if (task.launchType !== 'FARGATE')
    return `CannotStartContainerError: Error response from daemon: failed to initialize logging driver: ${cause}`
  const tried = cause.startsWith('failed to create') ? 'create stream has been retried 1 times: ' : ''
  return `ResourceInitializationError: failed to validate logger args: ${tried}${cause}`
}
