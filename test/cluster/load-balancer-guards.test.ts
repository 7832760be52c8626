// Load balancers of a real cluster: rules that authenticate, functions, and how targets see and keep their clients.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import { groupService } from '../../server/domain/elbv2/routing/http-groups.ts'
import { countsOf, requestCounts } from '../../server/gateway/gateway-counts.ts'
import { instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { type Answer, Balancers, type Server, ask, fixed, forward, hostAddress, httpBackend } from './load-balancer-harness.ts'

const minute = 60_000
const servers: Server[] = []
let balancers: Balancers
let host: string
let one: Server
let two: Server
let ca: string

const at = (server: Server) => ({ Id: host, Port: server.port })
const seen = (answer: Answer): { name: string; path: string; headers: Record<string, string> } => JSON.parse(answer.body)
/** The first answer that is as expected: what was just made is in force a moment later. */
const settled = (port: number, isExpected: (answer: Answer) => boolean, options = {}) =>
  until('an answer of the load balancer', async () => {
    const answer = await ask(port, options).catch(() => undefined)
    return answer !== undefined && isExpected(answer) && answer
  })
const path = (...Values: string[]) => [{ Field: 'path-pattern', Values }]
const certificate = async (): Promise<Partial<elb.CreateListenerCommandInput>> => {
  const made = await balancers.kecs.aws('acm', 'request-certificate', '--domain-name', 'shop.test')
  return { Protocol: 'HTTPS', Certificates: [{ CertificateArn: String(made['CertificateArn']) }] }
}
const attributes = async (arn: string, values: Readonly<Record<string, string>>) => {
  const Attributes = Object.entries(values).map(([Key, Value]) => ({ Key, Value }))
  const { client } = balancers
  if (arn.includes(':targetgroup/')) await client.send(new elb.ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes }))
  else await client.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes }))
}

beforeAll(async () => {
  const kecs = await instance()
  balancers = new Balancers(kecs)
  host = await hostAddress(kecs)
  one = httpBackend(host, 'one')
  two = httpBackend(host, 'two')
  servers.push(one, two)
  ca = (await kecs.kecs(['ca'])).stdout
}, 10 * minute)
afterAll(async () => {
  await balancers.removeAll()
  await Promise.all(servers.map(server => server.stop()))
}, 5 * minute)

describe('an Application Load Balancer', () => {
  test(
    'lets pass who has a valid token, by keys that it fetches',
    async () => {
      const secure = await certificate()
      const { privateKey, publicKey } = await generateKeyPair('RS256')
      const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] })
      // The issuer is another load balancer: the control plane finds it by its name, and believes its certificate.
      const issuer = await balancers.balancer('issuer')
      await balancers.listener(issuer.arn, 443, fixed('200', keys, 'application/json'), secure)
      const { arn } = await balancers.balancer('guarded')
      const group = await balancers.group('guarded', [at(one)])
      const { arn: listener, port } = await balancers.listener(arn, 443, fixed('418'), secure)
      const Issuer = 'https://issuer.test'
      const jwt: elb.Action = {
        Type: 'jwt-validation',
        Order: 1,
        JwtValidationConfig: {
          Issuer,
          JwksEndpoint: `https://${issuer.dnsName}/keys`,
          AdditionalClaims: [{ Format: 'space-separated-values', Name: 'scope', Values: ['write'] }],
        },
      }
      const rule = (Priority: number, pattern: string, guard: elb.Action) =>
        balancers.client.send(
          new elb.CreateRuleCommand({
            ListenerArn: listener,
            Priority,
            Conditions: path(pattern),
            Actions: [guard, { ...forward([group, 1]), Order: 2 }],
          }),
        )
      await rule(1, '/api/*', jwt)

      const token = (scope: string, expires = '1 hour') =>
        new SignJWT({ scope })
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .setIssuer(Issuer)
          .setExpirationTime(expires)
          .sign(privateKey)
      const asked = async (authorization?: string) =>
        ask(port, { ca, path: '/api/x', headers: authorization === undefined ? {} : { authorization } })
      const bearer = `Bearer ${await token('read write')}`
      const passed = await settled(port, ({ status }) => status === 200, { ca, path: '/api/x', headers: { authorization: bearer } })
      expect(seen(passed)).toMatchObject({ name: 'one', headers: { authorization: bearer } })
      for (const wrong of [
        undefined,
        'Bearer x.y.z',
        `Bearer ${await token('read')}`,
        `Bearer ${await token('read write', '1 minute ago')}`,
      ]) {
        const refused = await asked(wrong)
        expect(refused).toMatchObject({ status: 401, headers: { server: 'awselb/2.0' } })
      }
    },
    5 * minute,
  )

  test(
    'rewrites host, path and query of what goes to a target, and counts what it sends it',
    async () => {
      const { arn } = await balancers.balancer('rewritten')
      const group = await balancers.group('rewritten', [at(one)])
      const { arn: listener, port } = await balancers.listener(arn, 80, forward([group, 1]))
      const Transforms: elb.RuleTransform[] = [
        {
          Type: 'host-header-rewrite',
          HostHeaderRewriteConfig: { Rewrites: [{ Regex: '^mywebsite-(.+).com$', Replace: 'internal.dev.$1.myweb.com' }] },
        },
        { Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: '^/dp/([A-Za-z0-9%]+)/?$', Replace: '/product.php?id=$1' }] } },
      ]
      await balancers.rules(listener, 1, path('/dp/*'), [forward([group, 1])], { Transforms })
      const nowhere: elb.RuleTransform[] = [{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: '^/', Replace: 'x' }] } }]
      await balancers.rules(listener, 2, path('/broken'), [forward([group, 1])], { Transforms: nowhere })
      const isRewritten = (answer: Answer) => answer.status === 200 && seen(answer).path === '/product.php?id=a%20b'
      const rewritten = await settled(port, isRewritten, { path: '/dp/a%20b/', headers: { host: 'mywebsite-example.com' } })
      expect(seen(rewritten).headers['host']).toBe('internal.dev.example.myweb.com')
      const other = seen(await ask(port, { path: '/dp/a-b?x=1%2F', headers: { host: 'other.test' } }))
      expect(other).toMatchObject({ path: '/dp/a-b?x=1%2F', headers: { host: 'other.test' } })
      expect((await settled(port, ({ status }) => status !== 200, { path: '/broken' })).status).toBe(500)
      const metrics = await balancers.kecs.kubectl('get', '--raw', '/api/v1/namespaces/kecs-system/services/traefik:ping/proxy/metrics')
      expect(requestCounts(countsOf(metrics)).get(groupService(group))).toBeGreaterThanOrEqual(2)
    },
    5 * minute,
  )

  test(
    'keeps a client at its target, by a cookie of its own or beside that of the application',
    async () => {
      const { arn } = await balancers.balancer('sticky')
      for (const [number, type, name] of [
        [80, 'lb_cookie', 'AWSALB'],
        [81, 'app_cookie', 'AWSALBAPP-0'],
      ] as const) {
        const group = await balancers.group(`sticky-${number}`, [at(one), at(two)])
        const app = type === 'app_cookie' ? { 'stickiness.app_cookie.cookie_name': 'session' } : {}
        await attributes(group, { 'stickiness.enabled': 'true', 'stickiness.type': type, ...app })
        const { port } = await balancers.listener(arn, number, forward([group, 1]))
        const both = new Set<string>()
        await until('both targets', async () => {
          const answer = await ask(port)
          if (answer.status === 200) both.add(seen(answer).name)
          return both.size === 2
        })
        const first = await ask(port)
        const cookie = first.headers['set-cookie']?.find(each => each.startsWith(`${name}=`))?.split(';')[0] ?? ''
        expect(cookie).not.toBe('')
        for (let count = 0; count < 20; count++) expect(seen(await ask(port, { headers: { cookie } })).name).toBe(seen(first).name)
      }
    },
    5 * minute,
  )

  test(
    'treats X-Forwarded-For as its attributes say, and speaks HTTPS to targets that nobody vouches for',
    async () => {
      const { arn } = await balancers.balancer('forwarded')
      const pair = { cert: '', key: '' }
      const folder = (await balancers.kecs.run(['mktemp', '-d'])).stdout.trim()
      await balancers.kecs.run(
        `openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=target -keyout ${folder}/key.pem -out ${folder}/cert.pem`.split(' '),
      )
      pair.cert = await Bun.file(`${folder}/cert.pem`).text()
      pair.key = await Bun.file(`${folder}/key.pem`).text()
      await balancers.kecs.run(['rm', '-r', folder])
      const tls = Bun.serve({
        hostname: host,
        port: 0,
        tls: pair,
        fetch: request => Response.json({ name: 'tls', headers: Object.fromEntries(request.headers) }),
      })
      servers.push({ port: tls.port ?? 0, stop: () => tls.stop(true) })
      const group = await balancers.group('forwarded', [{ Id: host, Port: tls.port ?? 0 }], { Protocol: 'HTTPS', Port: 443 })
      const { port } = await balancers.listener(arn, 80, forward([group, 1]))
      const given = '203.0.113.9'
      const forwardedFor = async (mode: string, isExpected: (value: string | undefined) => boolean) => {
        await attributes(arn, { 'routing.http.xff_header_processing.mode': mode })
        const isSo = (answer: Answer) => answer.status === 200 && isExpected(seen(answer).headers['x-forwarded-for'])
        await settled(port, isSo, { headers: { 'x-forwarded-for': given } })
      }
      await forwardedFor('append', value => /^203\.0\.113\.9, \d+\.\d+\.\d+\.\d+$/.test(value ?? ''))
      await forwardedFor('preserve', value => value === given)
      await forwardedFor('remove', value => value === undefined)
      await attributes(arn, { 'routing.http.xff_client_port.enabled': 'true' })
      await forwardedFor('append', value => /^203\.0\.113\.9, \d+\.\d+\.\d+\.\d+:\d+$/.test(value ?? ''))
    },
    5 * minute,
  )
})
