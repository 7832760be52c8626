import { type Backend, BackendError } from '../backend/backend.ts'
import { invoke } from '../backend/lambda.ts'
import { memberOf } from '../backend/read-answer.ts'
import { parseArn } from '../domain/arn.ts'
import { userAgent } from './http.ts'
import type { ProbeLambda } from './network.ts'
import type { ProbeRequest } from './prober.ts'

/** What an Application Load Balancer answers in the place of a function that fails, or answers what is no response. */
const badGateway = 502

/**
 * Health checks of functions, by the backend that has them; without one they fail. The function sees the event that load
 * balancers send, and answers with a status code.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export const lambdaProbe =
  (backend: Backend | undefined): ProbeLambda =>
  async (request, signal) => {
    if (backend === undefined) return { is: 'failed', why: 'no backend has functions' }
    const { account = '', region = '' } = parseArn(request.host) ?? {}
    try {
      const { payload, hasFailed } = await invoke(backend, request.host, eventOf(request), { account, region }, { signal })
      const code = hasFailed ? undefined : statusIn(payload)
      return { is: 'answered', code: code ?? badGateway }
    } catch (error) {
      if (error instanceof BackendError) return { is: 'failed', why: error.message }
      throw error
    }
  }

const eventOf = ({ path, targetGroupArn }: ProbeRequest): object => ({
  requestContext: { elb: { targetGroupArn } },
  httpMethod: 'GET',
  path,
  queryStringParameters: {},
  headers: { 'user-agent': userAgent },
  body: '',
  isBase64Encoded: false,
})

const statusIn = (payload: string): number | undefined => {
  try {
    const code = Number(memberOf(JSON.parse(payload), 'statusCode'))
    return Number.isInteger(code) ? code : undefined
  } catch {
    return undefined
  }
}
