import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomIds } from '../../../shared/ids.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { FakeBackend } from '../../../test/support/fake-backend.ts'
import { IdentityProvider } from '../../../test/support/identity-provider.ts'
import { forwardTo, routingWorld } from '../../../test/support/routing-world.ts'
import type { Action, AuthenticateOidcActionConfig } from '../../aws/generated/elbv2.ts'
import { createLog } from '../../log.ts'
import { rules } from '../../store/elbv2-tables.ts'
import { memoryStore } from '../../store/memory.ts'
import { cookiesOf } from './cookies.ts'
import { type LoginKeys, openLoginKeys } from './login-keys.ts'
import { type Admission, Logins } from './logins.ts'

const issuer = 'https://idp.test'
const provider: AuthenticateOidcActionConfig = {
  Issuer: issuer,
  AuthorizationEndpoint: `${issuer}/authorize`,
  TokenEndpoint: `${issuer}/token`,
  UserInfoEndpoint: `${issuer}/userinfo`,
  ClientId: 'web',
  ClientSecret: 'hush',
}
const quiet = createLog({ logLevel: 'error' }, { write: () => true })
let folder: string
let keys: LoginKeys

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kecs-logins-'))
  keys = await openLoginKeys(folder, randomIds)
})
afterAll(() => rm(folder, { recursive: true }))

/** A rule that logs in, its provider, and a browser that keeps cookies as browsers do. */
const world = async (more: Partial<AuthenticateOidcActionConfig> = {}, action?: Action, backend?: FakeBackend) => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const login = action ?? { Type: 'authenticate-oidc', AuthenticateOidcConfig: { ...provider, ...more } }
  const state = routingWorld({ listeners: [{ port: 443, rules: [{ Actions: [login, forwardTo([1, 1])] }] }] })
  const [balancer] = state.loadBalancers
  const [listener] = state.listenersOf(balancer!.loadBalancer.LoadBalancerArn)
  const [rule] = state.rulesOf(listener!.listener.ListenerArn)
  await store.commit(transaction => transaction.put(rules, rule!))
  const idp = await IdentityProvider.open({ issuer, clientId: 'web', clientSecret: 'hush' })
  const fetchTrusting = (url: string, init: RequestInit) => idp.answer(new Request(url, init))
  const logins = new Logins({ store, clock, log: quiet, keys, fetchTrusting, backend })
  const jar = new Map<string, string>()
  const keep = (admission: Admission): Admission => {
    for (const cookie of admission.is === 'refused' ? [] : admission.setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return admission
  }
  const cookies = () => new Map(jar)
  const admit = async (uri = '/a?b=1', host = 'shop.test') => keep(await logins.admit({ host, uri, cookies: cookies() }, rule!, login))
  const complete = async (uri: string, host = 'shop.test') =>
    keep(await logins.complete({ host, uri, cookies: cookies() }, listener!.listener.ListenerArn))
  /** The way to the provider and back: where the browser is sent with the code. */
  const visit = async (admission: Admission, user = 'ann'): Promise<string> => {
    if (admission.is !== 'redirected') throw new Error(`not sent to the provider: ${admission.is}`)
    const answer = await idp.answer(new Request(admission.location, { method: 'POST', body: new URLSearchParams({ user }) }))
    return new URL(answer.headers.get('location') ?? '').pathname + new URL(answer.headers.get('location') ?? '').search
  }
  const logIn = async (user?: string) => complete(await visit(await admit(), user))
  return { clock, idp, jar, admit, complete, visit, logIn, balancer: balancer!.loadBalancer.LoadBalancerArn }
}

/** What a target is told, its signature verified by the published key. */
const verified = async (token: string) => {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const pem = keys.signing.publicKey.replace(/-----[^-]+-----|\s/g, '')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('spki', Buffer.from(pem, 'base64'), algorithm, false, ['verify'])
  const signed = new TextEncoder().encode(`${header}.${payload}`)
  expect(await crypto.subtle.verify(algorithm, key, Buffer.from(signature, 'base64url'), signed)).toBe(true)
  const parsed = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { header: parsed(header), payload: parsed(payload) }
}

describe('a user', () => {
  test('is sent to the provider as the action says, and back to what was asked for', async () => {
    const { admit, complete, visit, idp } = await world({ Scope: 'openid email', AuthenticationRequestExtraParams: { prompt: 'login' } })
    const sent = await admit('/orders?page=2')
    if (sent.is !== 'redirected') throw new Error(sent.is)
    const url = new URL(sent.location)
    expect(url.origin + url.pathname).toBe(provider.AuthorizationEndpoint)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      prompt: 'login',
      client_id: 'web',
      redirect_uri: 'https://shop.test/oauth2/idpresponse',
      response_type: 'code',
      scope: 'openid email',
      state: expect.any(String),
    })
    expect(sent.setCookies).toEqual([expect.stringMatching(/^AWSALBAuthNonce=[\w-]{16}; Path=\/; Secure; HttpOnly$/)])
    const back = await complete(await visit(sent))
    expect(back).toMatchObject({ is: 'redirected', location: 'https://shop.test/orders?page=2' })
    expect(idp.asked.find(({ path }) => path === '/token')?.parameters).toMatchObject({
      grant_type: 'authorization_code',
      client_id: 'web',
      client_secret: 'hush',
      redirect_uri: 'https://shop.test/oauth2/idpresponse',
    })
  })

  test('is told of to the target, in a token that the load balancer signs', async () => {
    const { admit, logIn, clock, balancer } = await world()
    const back = await logIn()
    expect(back.is === 'redirected' && back.setCookies).toEqual([
      expect.stringMatching(/^AWSELBAuthSessionCookie-0=[\w.-]+; Expires=.* GMT; Path=\/; Secure; HttpOnly$/),
    ])
    const admission = await admit()
    if (admission.is !== 'passed') throw new Error(admission.is)
    expect(admission.headers).toMatchObject({ 'x-amzn-oidc-identity': 'ann', 'x-amzn-oidc-accesstoken': expect.any(String) })
    const { header, payload } = await verified(admission.headers['x-amzn-oidc-data'] ?? '')
    const exp = Math.floor(clock.now() / 1000) + 120
    expect(header).toEqual({ typ: 'JWT', alg: 'ES256', kid: keys.signing.id, iss: issuer, client: 'web', signer: balancer, exp })
    expect(payload).toEqual({ sub: 'ann', email: 'ann@example.com', exp, iss: issuer })
  })

  test('is asked again when the session is over, and has a session for this provider, client and load balancer alone', async () => {
    const { admit, logIn, clock, jar } = await world({ SessionTimeout: 60 })
    await logIn()
    await clock.advance(59_999)
    expect((await admit()).is).toBe('passed')
    await clock.advance(1)
    expect((await admit()).is).toBe('redirected')
    const other = await world({ ClientId: 'other' })
    for (const [name, value] of jar) other.jar.set(name, value)
    expect((await other.admit()).is).toBe('redirected')
  })

  test.each([
    ['deny', { is: 'refused', status: 401 }],
    ['allow', { is: 'passed', headers: {}, setCookies: [] }],
  ] as const)('who has not logged in: %s', async (OnUnauthenticatedRequest, expected) => {
    const { admit } = await world({ OnUnauthenticatedRequest })
    expect(await admit()).toEqual(expected)
  })

  test('with claims that no single cookie holds has several, and no more than the latest session needs', async () => {
    const { admit, logIn, idp, jar } = await world()
    idp.claims = { groups: 'g'.repeat(9_000) }
    await logIn()
    expect([...jar.keys()].filter(name => name.startsWith('AWSELBAuthSessionCookie-')).length).toBe(4)
    for (const value of jar.values()) expect(value.length).toBeLessThan(4_000)
    expect((await admit()).is).toBe('passed')
    idp.claims = {}
    jar.set('AWSELBAuthSessionCookie-0', 'broken')
    await logIn()
    expect([...jar.keys()].filter(name => name.startsWith('AWSELBAuthSessionCookie-'))).toEqual(['AWSELBAuthSessionCookie-0'])
    expect((await admit()).is).toBe('passed')
  })
})

describe('a session with a refresh token', () => {
  test('goes on when the access token is over, with what the provider knows then', async () => {
    const { admit, logIn, idp, clock } = await world({ SessionTimeout: 1_000 })
    idp.givesRefreshTokens = true
    await logIn()
    idp.claims = { email: 'new@example.com' }
    await clock.advance(300_000)
    const admission = await admit()
    if (admission.is !== 'passed') throw new Error(admission.is)
    expect((await verified(admission.headers['x-amzn-oidc-data'] ?? '')).payload).toMatchObject({ email: 'new@example.com' })
    expect(admission.setCookies.length).toBe(1)
    // The session's own end stays where it was.
    await clock.advance(299_000)
    expect(await admit()).toMatchObject({ is: 'passed', setCookies: [] })
    await clock.advance(402_000)
    expect((await admit()).is).toBe('redirected')
  })

  test('ends when the provider does not refresh it; one without such a token stays until its own end', async () => {
    const refreshed = await world()
    refreshed.idp.givesRefreshTokens = true
    await refreshed.logIn()
    refreshed.idp.refusal = 'invalid_grant'
    await refreshed.clock.advance(300_000)
    expect((await refreshed.admit()).is).toBe('redirected')
    const plain = await world()
    await plain.logIn()
    await plain.clock.advance(604_799_000)
    expect((await plain.admit()).is).toBe('passed')
  })
})

describe('a login fails', () => {
  test('with 401 for who has not begun it, comes too late, at another host, or with a state that is none', async () => {
    const { admit, complete, visit, clock, jar } = await world()
    const back = await visit(await admit())
    const nonce = jar.get('AWSALBAuthNonce') ?? ''
    jar.delete('AWSALBAuthNonce')
    expect(await complete(back)).toEqual({ is: 'refused', status: 401 })
    jar.set('AWSALBAuthNonce', nonce)
    expect(await complete(back, 'other.test')).toEqual({ is: 'refused', status: 401 })
    expect(await complete('/oauth2/idpresponse?code=x&state=y')).toEqual({ is: 'refused', status: 401 })
    expect(await complete('/oauth2/idpresponse')).toEqual({ is: 'refused', status: 401 })
    await clock.advance(15 * 60_000 + 1)
    expect(await complete(back)).toEqual({ is: 'refused', status: 401 })
  })

  test('with 561 where the provider refuses the user, or the code', async () => {
    const { logIn, admit, visit, complete } = await world()
    expect(await logIn('nobody')).toEqual({ is: 'refused', status: 561 })
    const back = await visit(await admit())
    expect((await complete(back)).is).toBe('redirected')
    expect(await complete(back)).toEqual({ is: 'refused', status: 561 })
  })

  test.each<[string, 401 | 500, (idp: IdentityProvider) => void]>([
    ['gives no ID token', 401, idp => (idp.givesIdTokens = false)],
    ["gives another's ID token", 401, idp => (idp.idTokenIssuer = 'https://other.test')],
    ['tells more than 11 KB', 500, idp => (idp.claims = { groups: 'g'.repeat(11 * 1024) })],
  ])('where the provider %s, with %d', async (_, status, change) => {
    const { logIn, idp } = await world()
    change(idp)
    expect(await logIn()).toEqual({ is: 'refused', status })
  })

  test('with 500 where the provider cannot be asked', async () => {
    const { admit, visit, complete, idp } = await world()
    const back = await visit(await admit())
    idp.isAway = true
    expect(await complete(back)).toEqual({ is: 'refused', status: 500 })
  })
})

describe('a user pool of Cognito', () => {
  const action = (UserPoolDomain: string): Action => ({
    Type: 'authenticate-cognito',
    AuthenticateCognitoConfig: {
      UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_abc',
      UserPoolClientId: 'web',
      UserPoolDomain,
    },
  })

  test.each([
    ['shop', 'https://shop.auth.eu-west-1.amazoncognito.com/oauth2/authorize'],
    ['login.shop.test', 'https://login.shop.test/oauth2/authorize'],
  ])('with the domain %s is asked at %s', async (domain, expected) => {
    const { admit } = await world({}, action(domain))
    const sent = await admit()
    expect(sent.is === 'redirected' && sent.location.split('?')[0]).toBe(expected)
  })

  test('answers 500 where no Cognito tells the secret of its client', async () => {
    const { admit, complete, jar } = await world({}, action('shop'), new FakeBackend())
    const sent = await admit()
    const state = sent.is === 'redirected' ? new URL(sent.location).searchParams.get('state') : ''
    expect(jar.has('AWSALBAuthNonce')).toBe(true)
    expect(await complete(`/oauth2/idpresponse?code=x&state=${state}`)).toEqual({ is: 'refused', status: 500 })
  })
})

test('keys are made once, and kept where only their owner reads them', async () => {
  expect((await openLoginKeys(folder, randomIds)).signing.id).toBe(keys.signing.id)
  expect((await Bun.file(join(folder, 'keys.json')).stat()).mode & 0o077).toBe(0)
})

test('of several cookies of one name the first counts', () => {
  expect([...cookiesOf('a=1; b=x=y;a=2; c')]).toEqual([
    ['a', '1'],
    ['b', 'x=y'],
  ])
})
