// Load balancers that carry traffic: real requests through Traefik to servers of this process.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createSocket } from 'node:dgram'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ModifyTargetGroupAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import * as fc from 'fast-check'
import { ruleFor } from '../../server/domain/elbv2/routing/matching.ts'
import { instance } from '../support/instance.ts'
import { routedRequest, ruleConditions } from '../support/routing-arbitraries.ts'
import { until } from '../support/until.ts'
import {
  type Answer,
  Balancers,
  type Server,
  ask,
  fixed,
  forward,
  grpcBackend,
  hostAddress,
  httpBackend,
  tcpBackend,
  udpBackend,
} from './load-balancer-harness.ts'

const minute = 60_000
const servers: Server[] = []
let balancers: Balancers
let host: string
let one: Server
let two: Server
let ca: string

const started = <T extends Server>(server: T): T => {
  servers.push(server)
  return server
}
const at = (server: Server) => ({ Id: host, Port: server.port })
const seen = (answer: Answer): { name: string; path: string; headers: Record<string, string> } => JSON.parse(answer.body)
/** The first answer that is as expected: what was just made is in force a moment later. */
const settled = (port: number, isExpected: (answer: Answer) => boolean, options = {}) =>
  until('an answer of the load balancer', async () => {
    const answer = await ask(port, options)
    return isExpected(answer) && answer
  })

beforeAll(async () => {
  const kecs = await instance()
  balancers = new Balancers(kecs)
  host = await hostAddress(kecs)
  one = started(httpBackend(host, 'one'))
  two = started(httpBackend(host, 'two'))
  ca = (await kecs.kecs(['ca'])).stdout
}, 10 * minute)
afterAll(async () => {
  await balancers.removeAll()
  await Promise.all(servers.map(server => server.stop()))
}, 5 * minute)

test(
  '2,000 generated requests meet the rules that AWS says they meet',
  async () => {
    const { arn } = await balancers.balancer('generated')
    const group = await balancers.group('generated', [at(one)])
    const mark = await balancers.group('generated-mark', [at(two)])
    const seed = 20_261_126
    const sets = fc.sample(fc.array(ruleConditions, { minLength: 4, maxLength: 8 }), { numRuns: 5, seed })
    const wrong: unknown[] = []
    let met = 0
    for (const [number, set] of sets.entries()) {
      // A rule is known by the status that it answers with; the default rule forwards, and its target says what it saw.
      const { arn: listener, port } = await balancers.listener(arn, 8_000 + number, forward([group, 1]))
      for (const [index, conditions] of set.entries()) await balancers.rule(listener, index + 2, conditions, fixed(`${210 + index}`, 'x'))
      // Made last, so that the others are in force when this one is.
      await balancers.rule(listener, 1, [{ Field: 'path-pattern', Values: ['/is-it-there'] }], forward([mark, 1]))
      const there = await settled(port, ({ headers }) => headers['x-name'] === 'two', { path: '/is-it-there' })
      const source = seen(there).headers['x-forwarded-for'] ?? ''
      expect(source).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
      const rules = set.map(Conditions => ({ Conditions }))
      for (const generated of fc.sample(routedRequest, { numRuns: 400, seed: seed + number })) {
        const request = { ...generated, sourceIp: source }
        const query = request.query.map(pair => pair.map(encodeURIComponent).join('=')).join('&')
        const headers = Object.entries(request.headers).flatMap(([name, values]) => values.flatMap(value => [name, value]))
        const { status } = await ask(port, {
          method: request.method,
          path: query === '' ? request.path : `${request.path}?${query}`,
          headers: ['host', request.host, ...headers],
        })
        const rule = ruleFor(rules, request)
        const expected = rule === undefined ? 200 : 210 + rules.indexOf(rule)
        if (rule !== undefined) met++
        if (status !== expected) wrong.push({ request, expected, status, conditions: rule?.Conditions })
      }
    }
    expect(wrong).toEqual([])
    expect(met).toBeGreaterThan(400)
  },
  10 * minute,
)

describe('an Application Load Balancer', () => {
  test(
    'tells a target where a request came from, and is reached by its name on the AWS door and from tasks',
    async () => {
      const { arn, dnsName } = await balancers.balancer('headers')
      const group = await balancers.group('headers', [at(one)])
      const { port } = await balancers.listener(arn, 80, forward([group, 1]))
      const { headers } = seen(
        await settled(port, ({ status }) => status === 200, { path: '/a%2Fb//c?x=1', headers: { 'x-forwarded-for': '203.0.113.9' } }),
      )
      expect(headers).toMatchObject({ 'x-forwarded-proto': 'http', 'x-forwarded-port': '80' })
      expect(headers['x-forwarded-for']).toMatch(/^203\.0\.113\.9, \d+\.\d+\.\d+\.\d+$/)
      expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
      for (const name of ['x-forwarded-host', 'x-forwarded-server', 'x-real-ip', 'x-kecs-query']) expect(headers[name]).toBeUndefined()
      const door = Number(new URL(balancers.kecs.endpoint).port)
      expect(seen(await ask(door, { headers: { host: `${dnsName}:${door}` } })).name).toBe('one')
      const { kubectl } = balancers.kecs
      const pod = `probe-${Date.now()}`
      // kube-proxy may know the load balancer's Service a moment later.
      const again = ['--retry', '10', '--retry-connrefused', '--retry-delay', '1']
      const curl = ['curl', '-s', '--max-time', '10', ...again, `http://${dnsName}/inside`]
      await kubectl('run', pod, '--image=kecs-test/curl:latest', '--image-pull-policy=Never', '--restart=Never', '--command', '--', ...curl)
      // What was written before somebody attaches is not told: it is read when it is all there.
      await until('the probe to end', async () =>
        /^(Succeeded|Failed)$/.test(await kubectl('get', 'pod', pod, '-o', 'jsonpath={.status.phase}')),
      )
      expect(await kubectl('logs', pod)).toContain('"path":"/inside"')
      await kubectl('delete', 'pod', pod, '--wait=false')
    },
    5 * minute,
  )

  test(
    'shares requests by weight, and keeps clients at their group and target',
    async () => {
      const { arn } = await balancers.balancer('weights')
      const groups = [await balancers.group('weights-1', [at(one)]), await balancers.group('weights-2', [at(two)])] as const
      const { port } = await balancers.listener(arn, 80, forward([groups[0], 3], [groups[1], 1]))
      await settled(port, ({ status }) => status === 200)
      const names: string[] = []
      for (let count = 0; count < 200; count++) names.push(seen(await ask(port)).name)
      expect(names.filter(name => name === 'one').length / names.length).toBeCloseTo(0.75, 1)

      const sticky = forward([groups[0], 1], [groups[1], 1])
      const config = { ...sticky.ForwardConfig, TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 100 } }
      const { port: stickyPort } = await balancers.listener(arn, 81, { Type: 'forward', ForwardConfig: config })
      const first = await settled(stickyPort, ({ status }) => status === 200)
      const cookie = first.headers['set-cookie']?.find(each => each.startsWith('AWSALBTG='))?.split(';')[0] ?? ''
      expect(cookie).not.toBe('')
      for (let count = 0; count < 20; count++) expect(seen(await ask(stickyPort, { headers: { cookie } })).name).toBe(seen(first).name)
    },
    5 * minute,
  )

  test(
    'gives a new target of a group with a slow start its share little by little',
    async () => {
      const { arn } = await balancers.balancer('slow-start')
      const group = await balancers.group('slow-start', [at(one)])
      const Attributes = [{ Key: 'slow_start.duration_seconds', Value: '30' }]
      await balancers.client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: group, Attributes }))
      const { port } = await balancers.listener(arn, 80, forward([group, 1]))
      await settled(port, ({ status }) => status === 200)
      await balancers.register(group, [at(two)])
      const name = async () => seen(await ask(port)).name
      await until('the new target is asked', async () => (await name()) === 'two', { everyMs: 20 })
      const began = performance.now()
      const seconds = () => (performance.now() - began) / 1000
      const share = async (): Promise<number> => {
        const names: string[] = []
        for (let count = 0; count < 60; count++) names.push(await name())
        return names.filter(each => each === 'two').length / names.length
      }
      // A tenth of the other's weight, and each three seconds a tenth more: 1/11, 5/15 halfway, then a half.
      const due = (after: number): number => {
        const weight = Math.min(10, Math.max(1, 1 + Math.floor(after / 3)))
        return weight / (10 + weight)
      }
      /** A busy machine takes its time to ask, and its gateway to hear of a weight. */
      const expectDue = async (): Promise<void> => {
        const from = seconds()
        const now = await share()
        expect(now).toBeGreaterThan(due(from - 6) - 0.06)
        expect(now).toBeLessThan(due(seconds() + 2) + 0.06)
      }
      await expectDue()
      await Bun.sleep(15_000 - seconds() * 1000)
      await expectDue()
      await until('it has about a half', async () => Math.abs((await share()) - 0.5) < 0.02, { withinMs: 120_000, everyMs: 1_000 })
      expect(seconds()).toBeGreaterThan(20)
    },
    5 * minute,
  )

  test(
    'redirects, answers by itself, and says what it could not reach',
    async () => {
      const { arn } = await balancers.balancer('answers')
      const nothing = await balancers.group('answers-none', [])
      const closed = await balancers.group('answers-closed', [{ Id: host, Port: 1 }])
      const slow = await balancers.group('answers-slow', [at(one)])
      const { arn: listener, port } = await balancers.listener(arn, 80, fixed('418', '{"tea":true}', 'application/json'))
      const path = (...Values: string[]) => [{ Field: 'path-pattern', PathPatternConfig: { Values } }]
      const RedirectConfig = {
        Protocol: 'HTTPS',
        Port: '8443',
        Host: 'www.#{host}',
        Path: '/new/#{path}',
        Query: 'from=#{port}&#{query}',
        StatusCode: 'HTTP_301',
      } as const
      await balancers.rule(listener, 1, path('/old/*'), { Type: 'redirect', RedirectConfig })
      const to = (Host: string) => ({ Type: 'redirect', RedirectConfig: { Host, StatusCode: 'HTTP_302' } }) as const
      await balancers.rule(listener, 5, path('/away'), to('video.example'))
      await balancers.rule(listener, 6, path('/www'), to('www.shop.test'))
      await balancers.rule(listener, 2, path('/none'), forward([nothing, 1]))
      await balancers.rule(listener, 3, path('/closed'), forward([closed, 1]))
      await balancers.rule(listener, 4, path('/slow'), forward([slow, 1]))
      const timeout = [{ Key: 'idle_timeout.timeout_seconds', Value: '1' }]
      await balancers.client.send(
        new (await import('@aws-sdk/client-elastic-load-balancing-v2')).ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: arn,
          Attributes: timeout,
        }),
      )

      const none = await settled(port, ({ status }) => status === 503, { path: '/none' })
      expect(none.body).toContain('<title>503 Service Temporarily Unavailable</title>')
      expect(none.headers).toMatchObject({ server: 'awselb/2.0', 'content-type': 'text/html' })
      const tea = await ask(port, { path: '/' })
      expect(tea).toMatchObject({ status: 418, body: '{"tea":true}', headers: { 'content-type': 'application/json' } })
      const moved = await ask(port, { path: '/old/a/b?x=1', headers: { host: 'shop.test' } })
      expect(moved.status).toBe(301)
      expect(moved.headers.location).toBe('https://www.shop.test:8443/new/old/a/b?from=80&x=1')
      // Another host has the listener's port, and one of the same site the port by which the gateway is reached here.
      const from = async (name: string) => (await ask(port, { path: name, headers: { host: `shop.test:${port}` } })).headers.location
      expect(await from('/away')).toBe('http://video.example:80/away')
      expect(await from('/www')).toBe(`http://www.shop.test:${port}/www`)
      expect((await settled(port, ({ status }) => status === 502, { path: '/closed' })).status).toBe(502)
      expect((await settled(port, ({ status }) => status === 504, { path: '/slow' })).status).toBe(504)
      await balancers.client.send(
        new (await import('@aws-sdk/client-elastic-load-balancing-v2')).ModifyListenerAttributesCommand({
          ListenerArn: listener,
          Attributes: [{ Key: 'routing.http.response.x_frame_options.header_value', Value: 'DENY' }],
        }),
      )
      const framed = await settled(port, ({ headers }) => headers['x-frame-options'] === 'DENY', { path: '/' })
      expect(framed).toMatchObject({ status: 418, headers: { 'x-frame-options': 'DENY' } })
      expect(await ask(port, { path: '/closed' })).toMatchObject({ status: 502, headers: { 'x-frame-options': 'DENY' } })
    },
    5 * minute,
  )

  test(
    'speaks HTTPS with the certificate of the name, HTTP/2, web sockets and gRPC',
    async () => {
      const { aws } = balancers.kecs
      const certificate = async (name: string) => String((await aws('acm', 'request-certificate', '--domain-name', name))['CertificateArn'])
      const [shop, other] = [await certificate('shop.test'), await certificate('*.other.test')]
      const { arn } = await balancers.balancer('secure')
      const group = await balancers.group('secure', [at(one)])
      const { arn: listener, port } = await balancers.listener(arn, 443, forward([group, 1]), {
        Protocol: 'HTTPS',
        Certificates: [{ CertificateArn: shop }],
      })
      await aws('elbv2', 'add-listener-certificates', '--listener-arn', listener, '--certificates', `CertificateArn=${other}`)
      for (const name of ['shop.test', 'a.other.test', 'localhost']) {
        const answer = await settled(port, ({ status }) => status === 200, { ca, servername: name, headers: { host: name } })
        expect(seen(answer).headers).toMatchObject({ 'x-forwarded-proto': 'https', 'x-forwarded-port': '443', host: name })
      }

      const socket = new WebSocket(`wss://localhost:${port}/`, { tls: { ca } } as never)
      const message = new Promise<string>((resolve, reject) => {
        socket.addEventListener('message', ({ data }) => resolve(String(data)))
        socket.addEventListener('error', () => reject(new Error('the web socket failed')))
      })
      socket.addEventListener('open', () => socket.send('hi'))
      expect(await message).toBe('one hi')
      socket.close()

      const grpc = started(await grpcBackend(host))
      const rpc = await balancers.group('secure-grpc', [at(grpc)], { ProtocolVersion: 'GRPC' })
      await balancers.rule(listener, 1, [{ Field: 'path-pattern', Values: ['/pkg.Service/*'] }], forward([rpc, 1]))
      const session = connectHttp2(`https://localhost:${port}`, { ca, servername: 'shop.test' })
      // Of which its calls tell.
      session.on('error', () => {})
      const trailers = await until(
        'an answer by gRPC',
        () =>
          new Promise<Record<string, unknown> | false>((resolve, reject) => {
            const call = session.request({
              ':method': 'POST',
              ':path': '/pkg.Service/Call',
              'content-type': 'application/grpc',
              te: 'trailers',
            })
            let type: unknown
            call.on('response', headers => (type = headers['content-type']))
            call.on('trailers', found => resolve(type === 'application/grpc' && { ...found }))
            call.on('error', reject)
            call.on('end', () => setTimeout(() => resolve(false), 100))
            call.resume()
            call.end('\0\0\0\0\0')
          }),
      )
      expect(trailers).toMatchObject({ 'grpc-status': '0' })
      expect(await ask(port, { ca, path: '/pkg.Service/Call', method: 'POST' })).toMatchObject({ status: 464, body: '' })
      session.close()
    },
    5 * minute,
  )
})

describe('a Network Load Balancer', () => {
  const exchange = (port: number, isTls: boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = isTls ? connectTls({ port, host: '127.0.0.1', ca, servername: 'localhost' }) : connect(port, '127.0.0.1')
      let text = ''
      socket.on('data', data => {
        text += data.toString()
        if (text === 'hello\n') socket.write('abc')
        if (text.endsWith('ABC')) socket.end()
      })
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
      socket.setTimeout(5_000, () => socket.destroy(new Error('no bytes in time')))
    })

  test(
    'carries TCP whose server speaks first, TLS, UDP, and another load balancer',
    async () => {
      const { arn } = await balancers.balancer('network', 'network')
      const tcp = started(await tcpBackend(host))
      const udp = started(await udpBackend(host))
      const tcpGroup = await balancers.group('network-tcp', [at(tcp)], { Protocol: 'TCP', Port: tcp.port })
      const udpGroup = await balancers.group('network-udp', [at(udp)], {
        Protocol: 'UDP',
        Port: udp.port,
        HealthCheckPort: String(tcp.port),
        HealthCheckProtocol: 'TCP',
      })
      const plain = await balancers.listener(arn, 5_000, forward([tcpGroup, 1]), { Protocol: 'TCP' })
      expect(await until('bytes over TCP', () => exchange(plain.port, false))).toBe('hello\nABC')

      const certificate = String((await balancers.kecs.aws('acm', 'request-certificate', '--domain-name', 'tls.test'))['CertificateArn'])
      const tls = await balancers.listener(arn, 5_001, forward([tcpGroup, 1]), {
        Protocol: 'TLS',
        Certificates: [{ CertificateArn: certificate }],
      })
      expect(await until('bytes over TLS', () => exchange(tls.port, true))).toBe('hello\nABC')

      const datagrams = await balancers.listener(arn, 5_002, forward([udpGroup, 1]), { Protocol: 'UDP' })
      const echo = await until(
        'a datagram',
        () =>
          new Promise<string | false>(resolve => {
            const socket = createSocket('udp4')
            const end = (value: string | false): void => {
              clearTimeout(timer)
              socket.close()
              resolve(value)
            }
            const timer = setTimeout(() => end(false), 2_000)
            socket.on('message', message => end(message.toString()))
            socket.send('abc', datagrams.port, '127.0.0.1')
          }),
      )
      expect(echo).toBe('ABC')

      const behind = await balancers.balancer('behind')
      const web = await balancers.group('behind', [at(two)])
      await balancers.listener(behind.arn, 80, forward([web, 1]))
      const alb = await balancers.group('network-alb', [], { Protocol: 'TCP', Port: 80, TargetType: 'alb' })
      await balancers.kecs.aws('elbv2', 'register-targets', '--target-group-arn', alb, '--targets', `Id=${behind.arn}`)
      const through = await balancers.listener(arn, 5_003, forward([alb, 1]), { Protocol: 'TCP' })
      // A connection from before the listener was there stays one that leads nowhere.
      expect(
        seen(await settled(through.port, ({ status }) => status === 200, { headers: { connection: 'close' }, timeout: 5_000 })).name,
      ).toBe('two')
    },
    5 * minute,
  )
})
