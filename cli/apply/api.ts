import { AwsClient } from 'aws4fetch'
import { CliError, messageOf } from '../../shared/errors.ts'
import { defaultRegion } from '../../shared/names.ts'
import { withName } from '../instance.ts'
import { queryForm } from './query-form.ts'

/** ECS as the host command itself calls it. */
export interface EcsApi {
  /** Resolves with the answer. Throws `AwsRefusal` with AWS' code, and `CliError` when nobody answers. */
  call(operation: string, input: object): Promise<Answer>
}

export type Answer = Readonly<Record<string, unknown>>

/** Services with AWS JSON 1.1, by signing name, and what their operations' names begin with on the wire. */
const jsonTargets = {
  ecs: 'AmazonEC2ContainerServiceV20141113',
  servicediscovery: 'Route53AutoNaming_v20170314',
  'application-autoscaling': 'AnyScaleFrontendService',
} as const
/** Services with the query protocol, by signing name, and their version. */
const queryVersions = { elasticloadbalancing: '2015-12-01', ec2: '2016-11-15', iam: '2010-05-08' } as const

export type JsonService = keyof typeof jsonTargets
export type QueryService = keyof typeof queryVersions

/** Several services at the instance's endpoint. Both methods throw as `EcsApi.call` does. */
export interface AwsApi {
  json(service: JsonService, operation: string, input: object): Promise<Answer>
  /** The members of the answer's result: texts, and lists where the XML has `member` (ELBv2) or `item` (EC2) elements. */
  query(service: QueryService, operation: string, input: object): Promise<Answer>
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
  /** The instance's name. */
  readonly instance: string
  /** Default: the instance's. */
  readonly region?: string
}

export const ecsApi = (options: EcsApiOptions): EcsApi => {
  const { json } = awsApi(options)
  return { call: (operation, input) => json('ecs', operation, input) }
}

export const awsApi = ({ endpoint, accessKeyId, secretAccessKey, signal, instance, region = defaultRegion }: EcsApiOptions): AwsApi => {
  const send = async (service: string, headers: Readonly<Record<string, string>>, body: string): Promise<Response> => {
    const client = new AwsClient({ accessKeyId, secretAccessKey, service, region, retries: 0 })
    return client.fetch(endpoint, { method: 'POST', headers: { ...headers }, body, signal }).catch((cause: unknown) => {
      signal.throwIfAborted()
      throw new CliError(`The endpoint ${endpoint} does not answer: ${messageOf(cause)}`, `See: ${withName('kecs status', instance)}`, {
        cause,
      })
    })
  }
  return {
    json: async (service, operation, input) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${jsonTargets[service]}.${operation}` }
      const response = await send(service, headers, JSON.stringify(input))
      const members = membersOf(await response.json())
      if (response.ok) return members
      throw new AwsRefusal(String(members['__type']), textOf(members['message']) || textOf(members['Message']))
    },
    query: async (service, operation, input) => {
      const form = queryForm(input, service === 'ec2' ? 'ec2' : 'query')
      const body = new URLSearchParams({ Action: operation, Version: queryVersions[service], ...form }).toString()
      const response = await send(service, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body)
      const { readQueryAnswer } = await import('./query-answer.ts')
      const answer = readQueryAnswer(await response.text(), operation)
      if (response.ok) return answer
      throw new AwsRefusal(textOf(answer['Code']) || String(response.status), textOf(answer['Message']))
    },
  }
}

const membersOf = (value: unknown): Answer => (typeof value === 'object' && value !== null ? { ...value } : {})
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
