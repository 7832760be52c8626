import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { forwardTo, routingWorld } from '../../test/support/routing-world.ts'
import type { Action } from '../aws/generated/elbv2.ts'
import { rules } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { createGuard } from './guard.ts'
import type { Admission } from './logins/logins.ts'
import type { TokenVerdict } from './tokens.ts'

const jwt: Action = { Type: 'jwt-validation', JwtValidationConfig: { JwksEndpoint: 'https://idp.test/keys', Issuer: 'idp' } }
const unknown: Action = { Type: 'authenticate-cognito' }
const oidc: Action = {
  Type: 'authenticate-oidc',
  AuthenticateOidcConfig: {
    Issuer: 'https://idp.test',
    AuthorizationEndpoint: 'https://idp.test/authorize',
    TokenEndpoint: 'https://idp.test/token',
    UserInfoEndpoint: 'https://idp.test/userinfo',
    ClientId: 'web',
  },
}

/** What a rule with these actions answers of a request with this header. */
const ask = async (
  actions: readonly Action[],
  authorization: string | undefined,
  verdict: TokenVerdict = 'valid',
  admission: Admission = { is: 'refused', status: 500 },
) => {
  const store = memoryStore({ clock: new FakeClock() })
  const world = routingWorld({ listeners: [{ port: 443, rules: [{ Actions: [...actions, forwardTo([1, 1])] }] }] })
  const [balancer] = world.loadBalancers
  const [listener] = world.listenersOf(balancer?.loadBalancer.LoadBalancerArn ?? '')
  const [rule] = world.rulesOf(listener?.listener.ListenerArn ?? '')
  if (rule === undefined) throw new Error('no rule')
  await store.commit(transaction => transaction.put(rules, rule))
  const checked: string[] = []
  const guard = createGuard({
    store,
    tokens: {
      check: async token => {
        checked.push(token)
        return verdict
      },
    },
    logins: { admit: async () => admission, complete: async () => admission },
  })
  const of = (arn: string) =>
    guard(
      new Request(`http://control-plane/gateway/guard?rule=${encodeURIComponent(arn)}`, {
        headers: authorization === undefined ? {} : { authorization },
      }),
    )
  const back = await guard(new Request('http://control-plane/gateway/guard?listener=arn'))
  return { back, answer: await of(rule.rule.RuleArn ?? ''), gone: await of('arn:gone'), checked }
}

test('a request with a valid token passes', async () => {
  const { answer, checked } = await ask([jwt], 'Bearer a.b.c')
  expect(answer.status).toBe(200)
  expect(checked).toEqual(['a.b.c'])
})

test.each<[string, string | undefined, TokenVerdict, number]>([
  ['no token', undefined, 'valid', 401],
  ['another kind of credentials', 'Basic YTpi', 'valid', 401],
  ['an invalid token', 'Bearer a.b.c', 'invalid', 401],
  ['a token that nobody can tell of', 'Bearer a.b.c', 'unknown', 500],
])('a request with %s gets an error page', async (_, header, verdict, status) => {
  const { answer } = await ask([jwt], header, verdict)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('server')).toBe('awselb/2.0')
  expect(await answer.text()).toContain(`<title>${status} `)
})

test('nobody passes a rule with what is not done here, one without guards, or one that is gone', async () => {
  expect((await ask([jwt, unknown], 'Bearer a.b.c')).answer.status).toBe(500)
  const { answer, gone } = await ask([], 'Bearer a.b.c')
  expect(answer.status).toBe(500)
  expect(gone.status).toBe(500)
})

test('a user is let in with what the target is told, sent to log in, or refused, and so is who comes back', async () => {
  const headers = { 'x-amzn-oidc-identity': 'ann' }
  const passed = await ask([oidc], undefined, 'valid', { is: 'passed', headers, setCookies: ['a=1', 'b=2'] })
  expect(passed.answer.status).toBe(200)
  expect(passed.answer.headers.get('x-amzn-oidc-identity')).toBe('ann')
  expect(passed.answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  const sent = await ask([oidc], undefined, 'valid', { is: 'redirected', location: 'https://idp.test/', setCookies: ['n=1'] })
  for (const answer of [sent.answer, sent.back]) {
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe('https://idp.test/')
    expect(answer.headers.getSetCookie()).toEqual(['n=1'])
  }
  expect((await ask([oidc], undefined, 'valid', { is: 'refused', status: 561 })).answer.status).toBe(561)
})
