import { AwsClient } from 'aws4fetch'
import { CliError, messageOf } from '../../shared/errors.ts'
import { defaultRegion } from '../../shared/names.ts'

/** ECS as the host command itself calls it. */
export interface EcsApi {
  /** Resolves with the answer. Throws `AwsRefusal` with AWS' code, and `CliError` when nobody answers. */
  call(operation: string, input: object): Promise<Readonly<Record<string, unknown>>>
}

export class AwsRefusal extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'AwsRefusal'
    this.code = code
  }
}

export interface EcsApiOptions {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly signal: AbortSignal
}

export const ecsApi = ({ endpoint, accessKeyId, secretAccessKey, signal }: EcsApiOptions): EcsApi => {
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: 'ecs', region: defaultRegion, retries: 0 })
  return {
    call: async (operation, input) => {
      const response = await client
        .fetch(endpoint, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-amz-json-1.1',
            'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
          },
          body: JSON.stringify(input),
          signal,
        })
        .catch((cause: unknown) => {
          signal.throwIfAborted()
          throw new CliError(`The endpoint ${endpoint} does not answer: ${messageOf(cause)}`, 'See: kecs status', { cause })
        })
      const answer: unknown = await response.json()
      const members: Record<string, unknown> = typeof answer === 'object' && answer !== null ? { ...answer } : {}
      if (response.ok) return members
      throw new AwsRefusal(String(members['__type']), typeof members['message'] === 'string' ? members['message'] : '')
    },
  }
}
