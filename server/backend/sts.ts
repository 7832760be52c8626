// Security Token Service. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
import { type Backend, type BackendPlace, BackendUnreachable, type CallOptions } from './backend.ts'
import { memberOf, textOf } from './read-answer.ts'

export interface AssumedRole {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Milliseconds since the epoch. */
  readonly expiration: number
}

export interface AssumeRole {
  readonly roleArn: string
  /** 2 to 64 characters. */
  readonly sessionName: string
  readonly durationSeconds: number
}

/** Credentials of a role. Rejects with `BackendError` when it may not be assumed. */
export const assumeRole = async (
  backend: Backend,
  { roleArn, sessionName, durationSeconds }: AssumeRole,
  place: BackendPlace,
  options?: CallOptions,
): Promise<AssumedRole> => {
  const parameters = { RoleArn: roleArn, RoleSessionName: sessionName, DurationSeconds: String(durationSeconds) }
  const answer = await backend.query({ service: 'sts', action: 'AssumeRole', version: '2011-06-15', parameters }, place, options)
  const given = memberOf(answer, 'AssumeRoleResponse', 'AssumeRoleResult', 'Credentials')
  const accessKeyId = textOf(given, 'AccessKeyId')
  const secretAccessKey = textOf(given, 'SecretAccessKey')
  const sessionToken = textOf(given, 'SessionToken')
  const expiration = Date.parse(textOf(given, 'Expiration') ?? '')
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined || Number.isNaN(expiration)) {
    throw new BackendUnreachable(`The backend ${backend.url} answered AssumeRole without credentials.`)
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration }
}
