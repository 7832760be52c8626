// CloudWatch Logs. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
import { type Backend, BackendError, type BackendPlace, type CallOptions } from './backend.ts'

export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly message: string
}

export interface LogStream {
  readonly logGroupName: string
  readonly logStreamName: string
}

const call = (backend: Backend, action: string, input: object, place: BackendPlace, options?: CallOptions): Promise<unknown> =>
  backend.json('logs', `Logs_20140328.${action}`, input, place, options)

/** One that is there already is as good. */
const unlessThere = async (made: Promise<unknown>): Promise<void> => {
  try {
    await made
  } catch (error) {
    if (!(error instanceof BackendError) || error.code !== 'ResourceAlreadyExistsException') throw error
  }
}

/** Idempotent. */
export const createLogGroup = (backend: Backend, logGroupName: string, place: BackendPlace, options?: CallOptions): Promise<void> =>
  unlessThere(call(backend, 'CreateLogGroup', { logGroupName }, place, options))

/** Idempotent. Rejects with ResourceNotFoundException where there is no such group. */
export const createLogStream = (backend: Backend, stream: LogStream, place: BackendPlace, options?: CallOptions): Promise<void> =>
  unlessThere(call(backend, 'CreateLogStream', stream, place, options))

/** Whether there is a group of exactly that name. */
export const hasLogGroup = async (backend: Backend, name: string, place: BackendPlace, options?: CallOptions): Promise<boolean> => {
  const answer = await call(backend, 'DescribeLogGroups', { logGroupNamePrefix: name, limit: 50 }, place, options)
  const groups: unknown = typeof answer === 'object' && answer !== null && 'logGroups' in answer ? answer.logGroups : []
  return Array.isArray(groups) && groups.some((group: { readonly logGroupName?: unknown }) => group.logGroupName === name)
}

/** Events in the order of their times, within the limits of one call. */
export const putLogEvents = async (
  backend: Backend,
  stream: LogStream,
  logEvents: readonly LogEvent[],
  place: BackendPlace,
  options?: CallOptions,
): Promise<void> => {
  await call(backend, 'PutLogEvents', { ...stream, logEvents }, place, options)
}
