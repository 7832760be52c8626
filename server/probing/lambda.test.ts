import { expect, test } from 'bun:test'
import { type Backend, BackendError, type BackendPlace, type RestCall } from '../backend/backend.ts'
import { lambdaProbe } from './lambda.ts'
import type { ProbeOutcome, ProbeRequest } from './prober.ts'

const request: ProbeRequest = {
  protocol: 'LAMBDA',
  isTls: false,
  host: 'arn:aws:lambda:eu-west-1:111122223333:function:web',
  port: 0,
  path: '/ready',
  timeoutMs: 1_000,
  targetGroupArn: 'arn:tg',
}

const never = new AbortController().signal
const unused = async (): Promise<never> => Promise.reject(new Error('not asked'))

/** What a health check finds of a function that answers so, and what was asked. */
const ask = async (answer: () => Response) => {
  const calls: [RestCall, BackendPlace][] = []
  const backend: Backend = {
    url: 'http://backend',
    json: unused,
    query: unused,
    rest: async (call, place) => {
      calls.push([call, place])
      return answer()
    },
  }
  return { outcome: await lambdaProbe(backend)(request, never), calls }
}

test('a function is invoked as a load balancer invokes it', async () => {
  const { outcome, calls } = await ask(() => Response.json({ statusCode: 204, headers: {} }))
  expect(outcome).toEqual({ is: 'answered', code: 204 })
  const [call, place] = calls[0] ?? []
  expect(place).toEqual({ account: '111122223333', region: 'eu-west-1' })
  expect(JSON.parse(String(call?.body))).toEqual({
    requestContext: { elb: { targetGroupArn: 'arn:tg' } },
    httpMethod: 'GET',
    path: '/ready',
    queryStringParameters: {},
    headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
    body: '',
    isBase64Encoded: false,
  })
})

test.each<[string, () => Response, ProbeOutcome]>([
  [
    'fails',
    () => new Response('{"errorMessage":"no"}', { headers: { 'x-amz-function-error': 'Unhandled' } }),
    { is: 'answered', code: 502 },
  ],
  ['answers no response', () => Response.json('hello'), { is: 'answered', code: 502 }],
  ['answers no JSON', () => new Response(''), { is: 'answered', code: 502 }],
])('a function that %s', async (_, answer, outcome) => {
  expect((await ask(answer)).outcome).toEqual(outcome)
})

test('a function that is not there fails, as any does without a backend', async () => {
  const gone = (): Response => {
    throw new BackendError('ResourceNotFoundException', 404, 'Function not found')
  }
  expect((await ask(gone)).outcome).toEqual({ is: 'failed', why: 'Function not found' })
  expect((await lambdaProbe(undefined)(request, never)).is).toBe('failed')
})
