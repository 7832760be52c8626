// Load balancers of a real cluster that log users in, at an identity provider that is behind another load balancer.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { IdentityProvider } from '../support/identity-provider.ts'
import { instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { type Answer, Balancers, type Server, ask, fixed, forward, hostAddress, httpBackend } from './load-balancer-harness.ts'

const minute = 60_000
const servers: Server[] = []
let balancers: Balancers
let host: string
let target: Server
let ca: string

const at = (server: Server) => ({ Id: host, Port: server.port })
const seen = (answer: Answer): { headers: Record<string, string> } => JSON.parse(answer.body)

beforeAll(async () => {
  const kecs = await instance()
  balancers = new Balancers(kecs)
  host = await hostAddress(kecs)
  target = httpBackend(host, 'target')
  servers.push(target)
  ca = (await kecs.kecs(['ca'])).stdout
}, 10 * minute)
afterAll(async () => {
  await balancers.removeAll()
  await Promise.all(servers.map(server => server.stop()))
}, 5 * minute)

/** A browser as far as logins need one: it keeps cookies, and goes where it is sent when it is told to. */
class Browser {
  readonly #cookies = new Map<string, string>()

  async get(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await ask(port, { ca, path, headers: { host: `localhost:${port}`, ...headers, ...(cookie === '' ? {} : { cookie }) } })
    for (const each of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }

  get names(): readonly string[] {
    return [...this.#cookies.keys()]
  }
}

test(
  'a user logs in at an identity provider, and the target is told who it is by what the load balancer signs',
  async () => {
    const { aws } = balancers.kecs
    const certificate = String((await aws('acm', 'request-certificate', '--domain-name', 'shop.test'))['CertificateArn'])
    const secure: Partial<elb.CreateListenerCommandInput> = { Protocol: 'HTTPS', Certificates: [{ CertificateArn: certificate }] }
    const issuer = await balancers.balancer('idp')
    const Issuer = `https://${issuer.dnsName}`
    const idp = await IdentityProvider.open({ issuer: Issuer, clientId: 'web', clientSecret: 'hush' })
    const served = Bun.serve({ hostname: host, port: 0, fetch: idp.answer })
    servers.push({ port: served.port ?? 0, stop: () => served.stop(true) })
    const provider = await balancers.group('idp', [{ Id: host, Port: served.port ?? 0 }], { Matcher: { HttpCode: '200-499' } })
    const { port: idpPort } = await balancers.listener(issuer.arn, 443, forward([provider, 1]), secure)

    const shop = await balancers.balancer('shop')
    const group = await balancers.group('shop', [at(target)])
    const login = (more: Partial<elb.AuthenticateOidcActionConfig> = {}): elb.Action => ({
      Type: 'authenticate-oidc',
      Order: 1,
      AuthenticateOidcConfig: {
        Issuer,
        // The browser comes by a port of this machine, the control plane by the name inside of the cluster.
        AuthorizationEndpoint: `https://localhost:${idpPort}/authorize`,
        TokenEndpoint: `${Issuer}/token`,
        UserInfoEndpoint: `${Issuer}/userinfo`,
        ClientId: 'web',
        ClientSecret: 'hush',
        AuthenticationRequestExtraParams: { prompt: 'none' },
        ...more,
      },
    })
    const { arn: listener, port } = await balancers.listener(shop.arn, 443, fixed('418'), secure)
    const rule = (priority: number, path: string, action: elb.Action) =>
      balancers.rules(listener, priority, [{ Field: 'path-pattern', Values: [path] }], [action, { ...forward([group, 1]), Order: 2 }])
    await rule(2, '/api/*', login({ OnUnauthenticatedRequest: 'deny' }))
    await rule(3, '/open/*', login({ OnUnauthenticatedRequest: 'allow' }))
    // Made last, so that the others are in force when this one is.
    await rule(1, '/in/*', login())

    const browser = new Browser()
    const sent = await until('to be sent to the provider', async () => {
      const answer = await browser.get(port, '/in/orders?page=2').catch(() => undefined)
      return answer?.status === 302 && answer
    })
    const claimed = { 'x-amzn-oidc-identity': 'mallory', 'x-amzn-oidc-data': 'x.y.z' }
    const anonymous = seen(await browser.get(port, '/open/x', claimed))
    expect(anonymous.headers).not.toHaveProperty('x-amzn-oidc-identity')
    expect(anonymous.headers).not.toHaveProperty('x-amzn-oidc-data')
    expect((await browser.get(port, '/api/x')).status).toBe(401)

    const authorization = new URL(sent.headers.location ?? '')
    expect(authorization.searchParams.get('redirect_uri')).toBe(`https://localhost:${port}/oauth2/idpresponse`)
    // The control plane finds the provider by a name of the cluster, which is a moment old.
    const { back, done } = await until('a login', async () => {
      const granted = await ask(idpPort, { ca, path: authorization.pathname + authorization.search })
      const to = new URL(granted.headers.location ?? 'https://nowhere/')
      // Who did not begin it does not end it, and does not spend the code either.
      expect((await new Browser().get(port, to.pathname + to.search)).status).toBe(401)
      const answer = await browser.get(port, to.pathname + to.search)
      return answer.status === 302 && { back: to, done: answer }
    })
    expect(done.headers.location).toBe(`https://localhost:${port}/in/orders?page=2`)
    expect(browser.names).toContain('AWSELBAuthSessionCookie-0')

    for (const path of ['/in/orders', '/api/x', '/open/x']) {
      const { headers } = seen(await browser.get(port, path, claimed))
      expect(headers['x-amzn-oidc-identity']).toBe('ann')
      expect(headers['x-amzn-oidc-accesstoken']).toMatch(/^[0-9a-f-]{36}$/)
      const [header = '', payload = '', signature = ''] = (headers['x-amzn-oidc-data'] ?? '').split('.')
      const { kid, signer } = JSON.parse(Buffer.from(header, 'base64url').toString())
      expect(signer).toBe(shop.arn)
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ sub: 'ann', email: 'ann@example.com' })
      const pem = await (await fetch(`${balancers.kecs.endpoint}/_kecs/elb-public-keys/${kid}`)).text()
      const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
      const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
      const key = await crypto.subtle.importKey('spki', der, algorithm, false, ['verify'])
      const signed = new TextEncoder().encode(`${header}.${payload}`)
      expect(await crypto.subtle.verify(algorithm, key, Buffer.from(signature, 'base64url'), signed)).toBe(true)
    }

    // A code is good once, which the provider says.
    const again = await browser.get(port, back.pathname + back.search)
    expect(again.status).toBe(561)
    expect(again.body).toContain('<title>561 ')
  },
  5 * minute,
)
