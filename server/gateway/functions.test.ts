import { describe, expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { aTarget, aTargetGroup, forwardTo, groupArn, routingWorld } from '../../test/support/routing-world.ts'
import { type Backend, type BackendPlace, BackendUnreachable, type RestCall } from '../backend/backend.ts'
import { createLog } from '../log.ts'
import { rules, targetGroups, targets } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { createFunctions } from './functions.ts'

const functionArn = (name: string): string => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`
const unused = async (): Promise<never> => Promise.reject(new Error('not asked'))

interface Sent {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

interface Given {
  readonly answer?: () => Response
  readonly random?: number
  readonly attributes?: Readonly<Record<string, string>>
  readonly isRegistered?: boolean
  readonly hasBackend?: boolean
}

/** A rule that forwards to two functions: `one` with a weight of 1, `two` with 3. */
const world = async ({ answer = () => Response.json({ statusCode: 200 }), random = 0, attributes, isRegistered, hasBackend }: Given) => {
  const store = memoryStore({ clock: new FakeClock() })
  const state = routingWorld({ listeners: [{ port: 80, rules: [{ Actions: [forwardTo([1, 1], [2, 3])] }] }] })
  const [balancer] = state.loadBalancers
  const [listener] = state.listenersOf(balancer?.loadBalancer.LoadBalancerArn ?? '')
  const [rule] = state.rulesOf(listener?.listener.ListenerArn ?? '')
  if (rule === undefined) throw new Error('no rule')
  await store.commit(transaction => {
    transaction.put(rules, rule)
    for (const [number, name] of [
      [1, 'one'],
      [2, 'two'],
    ] as const) {
      transaction.put(targetGroups, aTargetGroup(number, { TargetType: 'lambda', HealthCheckEnabled: false }, attributes))
      if (isRegistered === false) continue
      transaction.put(
        targets,
        aTarget(functionArn(name), 'initial', { targetGroupArn: groupArn(number), target: { Id: functionArn(name) } }).row,
      )
    }
  })
  const calls: { call: RestCall; place: BackendPlace; event: Record<string, unknown> }[] = []
  const backend: Backend = {
    url: 'http://backend',
    json: unused,
    query: unused,
    rest: async (call, place) => {
      calls.push({ call, place, event: JSON.parse(String(call.body)) })
      return answer()
    },
  }
  const handle = createFunctions({
    store,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    backend: hasBackend === false ? undefined : backend,
    random: () => random,
  })
  const ask = (path = '/', { headers = {}, ...init }: Sent = {}) =>
    handle(new Request(`http://web${path}`, { ...init, headers: { 'x-kecs-rule': rule.rule.RuleArn ?? '', ...headers } }))
  return { ask, calls }
}

describe('a request for a function', () => {
  test('is an event of the function, in its account and region, and what it returns is the answer', async () => {
    const { ask, calls } = await world({
      answer: () => Response.json({ statusCode: 201, headers: { 'x-from': 'function' }, body: 'made', isBase64Encoded: false }),
    })
    const answer = await ask('/a//b?x=1%202', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', 'x-own': 'y' } })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('x-from')).toBe('function')
    expect(await answer.text()).toBe('made')
    expect(calls[0]?.place).toEqual({ account: '111122223333', region: 'eu-west-1' })
    expect(decodeURIComponent(calls[0]?.call.path ?? '')).toBe(`/2015-03-31/functions/${functionArn('one')}/invocations`)
    expect(calls[0]?.event).toMatchObject({
      requestContext: { elb: { targetGroupArn: groupArn(1) } },
      httpMethod: 'POST',
      path: '/a//b',
      queryStringParameters: { x: '1%202' },
      headers: { 'x-own': 'y', 'content-type': 'application/json' },
      body: '{}',
      isBase64Encoded: false,
    })
    expect(calls[0]?.event['headers']).not.toHaveProperty('x-kecs-rule')
  })

  test.each([
    [0.24, 'one'],
    [0.26, 'two'],
    [0.99, 'two'],
  ])('is for one of the groups by their weights: %p is %s', async (random, name) => {
    const { ask, calls } = await world({ random })
    await ask()
    expect(decodeURIComponent(calls[0]?.call.path ?? '')).toContain(functionArn(name))
  })

  test('keeps several cookies of an answer apart', async () => {
    const { ask } = await world({
      attributes: { 'lambda.multi_value_headers.enabled': 'true' },
      answer: () => Response.json({ statusCode: 204, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] }, body: '' }),
    })
    expect((await ask()).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  test.each<[string, Given]>([
    ['throws', { answer: () => new Response('{"statusCode":200}', { headers: { 'x-amz-function-error': 'Unhandled' } }) }],
    ['returns no answer', { answer: () => Response.json('hello') }],
    [
      'cannot be reached',
      {
        answer: () => {
          throw new BackendUnreachable('down')
        },
      },
    ],
    ['has no backend', { hasBackend: false }],
  ])('gets 502 where the function %s', async (_, given) => {
    const { ask } = await world(given)
    const answer = await ask()
    expect(answer.status).toBe(502)
    expect(await answer.text()).toContain('<title>502 Bad Gateway</title>')
  })

  test('gets 503 without a function, 413 with too much, and 400 for a WebSocket, and nothing is invoked', async () => {
    expect((await (await world({ isRegistered: false })).ask()).status).toBe(503)
    const { ask, calls } = await world({})
    expect((await ask('/', { headers: { 'x-kecs-rule': 'arn:gone' } })).status).toBe(503)
    expect((await ask('/', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })).status).toBe(413)
    expect((await ask('/', { headers: { upgrade: 'websocket' } })).status).toBe(400)
    expect(calls).toEqual([])
  })
})
