// Load balancers of a real cluster: what they say in the place of targets that do not answer, and what they log to the backend's S3.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import {
  Balancers,
  type Server,
  ask,
  brittleBackend,
  fixed,
  forward,
  hostAddress,
  httpBackend,
  largeBytes,
} from './load-balancer-harness.ts'

const minute = 60_000
let balancers: Balancers
let target: Server
let host: string
let folder: string

beforeAll(async () => {
  const kecs = await instance()
  balancers = new Balancers(kecs)
  host = await hostAddress(kecs)
  target = httpBackend(host, 'target')
  folder = await mkdtemp(join(tmpdir(), 'kecs-logs-'))
}, 10 * minute)
afterAll(async () => {
  await balancers.removeAll()
  await target.stop()
  await rm(folder, { recursive: true })
}, 5 * minute)

test(
  'requests are told of in the bucket that the load balancer names, and in no other words than AWS',
  async () => {
    const { aws } = balancers.kecs
    const bucket = `logs-${Date.now()}`
    await aws('s3api', 'create-bucket', '--bucket', bucket)
    const { arn } = await balancers.balancer('logged')
    const group = await balancers.group('logged', [{ Id: host, Port: target.port }])
    const { arn: listener, port } = await balancers.listener(arn, 80, forward([group, 1]))
    await balancers.rule(listener, 3, [{ Field: 'path-pattern', Values: ['/tea'] }], fixed('418'))
    const logs = (values: Readonly<Record<string, string>>) =>
      balancers.client.send(
        new elb.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: arn,
          Attributes: Object.entries(values).map(([Key, Value]) => ({ Key: `access_logs.s3.${Key}`, Value })),
        }),
      )
    await until('an answer', async () => (await ask(port)).status === 200 && (await ask(port, { path: '/tea' })).status === 418)
    /** Requests while they are logged: the keys of the files that tell of them, and of those before. */
    const logged = async (): Promise<readonly string[]> => {
      await logs({ enabled: 'true', bucket, prefix: 'web' })
      const headers = { 'user-agent': 'tests "1"', host: 'shop.test' }
      for (let count = 0; count < 60; count++) {
        expect((await ask(port, { path: '/a?b=c', headers })).status).toBe(200)
        expect((await ask(port, { path: '/tea', headers })).status).toBe(418)
        await Bun.sleep(100)
      }
      // The last ones are published when the log is turned off.
      await logs({ enabled: 'false' })
      return until('a log', async () => {
        const found = await aws('s3api', 'list-objects-v2', '--bucket', bucket)
        const keys = (found['Contents'] as { Key: string }[] | undefined)?.map(({ Key }) => Key) ?? []
        return keys.length > 0 && keys
      })
    }
    const id = arn.slice(arn.indexOf(':loadbalancer/') + ':loadbalancer/'.length)
    const day = String.raw`\d{4}/\d\d/\d\d`
    const name = String.raw`000000000000_elasticloadbalancing_us-east-1_${id.replaceAll('/', '.')}_\d{8}T\d{4}Z_[\d.]+_\w+\.log\.gz`
    const linesOf = async (key: string): Promise<readonly string[]> => {
      expect(key).toMatch(new RegExp(`^web/AWSLogs/000000000000/elasticloadbalancing/us-east-1/${day}/${name}$`))
      await aws('s3api', 'get-object', '--bucket', bucket, '--key', key, join(folder, 'log.gz'))
      const bytes = Bun.gunzipSync(new Uint8Array(await Bun.file(join(folder, 'log.gz')).arrayBuffer()))
      return new TextDecoder().decode(bytes).trimEnd().split('\n')
    }
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`
    const trace = String.raw`"Root=1-[0-9a-f]{8}-[0-9a-f]{24}"`
    const agent = String.raw`"tests \\x221\\x22"`
    const spent = String.raw`\d+\.\d{3} \d+\.\d{3} \d+\.\d{3}`
    const there = `${host}:${target.port}`
    const forwarded = new RegExp(
      String.raw`^http ${time} ${id} [\d.]+:\d+ ${there} ${spent} 200 200 \d+ \d+ "GET http://shop\.test:80/a\?b=c HTTP/1\.1" ${agent} - - ${group} ${trace} "-" "-" 0 ${time} "forward" "-" "-" "${there}" "200" "-" "-" -$`,
    )
    const answered = new RegExp(
      String.raw`^http ${time} ${id} [\d.]+:\d+ - -1 -1 -1 418 - \d+ \d+ "GET http://shop\.test:80/tea HTTP/1\.1" ${agent} - - - ${trace} "-" "-" 3 ${time} "fixed-response" "-" "-" "-" "-" "-" "-" -$`,
    )
    // From when the gateway does so is not said, and it takes up to some seconds: each request is told of or not.
    const lines = await until('some of each are told of', async () => {
      const found: string[] = []
      for (const key of await logged()) found.push(...(await linesOf(key)))
      return [forwarded, answered].every(form => found.filter(line => form.test(line)).length > 5) && found
    })
    expect(lines.filter(line => !forwarded.test(line) && !answered.test(line))).toEqual([])
  },
  5 * minute,
)

/** A load balancer's page, as AWS was recorded to answer it. */
const page = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#load-balancer-http-error-codes
test(
  'targets that do not answer, and requests that no target gets, have the pages of AWS; what targets answer is left as it is',
  async () => {
    const brittle = await brittleBackend(host)
    const { arn } = await balancers.balancer('brittle')
    const group = await balancers.group('brittle', [{ Id: host, Port: brittle.port }])
    const closed = await balancers.group('brittle-none', [{ Id: host, Port: 1 }])
    const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '6' }]
    await balancers.client.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes }))
    const { arn: listener, port } = await balancers.listener(arn, 80, forward([group, 1]))
    await balancers.rule(listener, 1, [{ Field: 'path-pattern', Values: ['/refuses'] }], forward([closed, 1]))
    await until('an answer', async () => (await ask(port)).body === 'ok' && (await ask(port, { path: '/refuses' })).status === 502)

    const own = { server: 'awselb/2.0', 'content-type': 'text/html' }
    for (const path of ['/refuses', '/resets', '/closes', '/half', '/nonsense']) {
      expect({ path, ...(await ask(port, { path })) }).toMatchObject({ path, status: 502, body: page('502 Bad Gateway'), headers: own })
    }
    const silent = await ask(port, { path: '/silent' })
    expect(silent).toMatchObject({ status: 504, body: page('504 Gateway Time-out'), headers: own })
    const head = await ask(port, { path: '/refuses', method: 'HEAD' })
    expect(head).toMatchObject({ status: 502, body: '', headers: { ...own, 'content-length': '122' } })

    for (const status of [502, 504]) {
      const answer = await ask(port, { path: `/${status}` })
      expect(answer).toMatchObject({ status, body: 'mine', headers: { 'x-own': 'yes', 'content-length': '4' } })
      expect(answer.headers['server']).toBeUndefined()
    }
    expect(await ask(port, { path: '/bare' })).toMatchObject({ status: 502, body: 'mine' })

    expect(await ask(port, { method: 'TRACE' })).toMatchObject({ status: 405, body: page('405 Not Allowed'), headers: own })
    const long = await ask(port, { path: `/${'a'.repeat(16_384)}` })
    expect(long).toMatchObject({ status: 414, body: page('414 Request-URI Too Large'), headers: own })
    const hops = (count: number) => ask(port, { headers: { 'x-forwarded-for': Array(count).fill('203.0.113.9').join(', ') } })
    expect(await hops(30)).toMatchObject({ status: 200 })
    expect(await hops(31)).toMatchObject({ status: 463, body: '', headers: { server: 'awselb/2.0' } })

    const large = new Uint8Array(await (await fetch(`http://127.0.0.1:${port}/large`)).arrayBuffer())
    expect(large.length).toBe(largeBytes)
    expect(Array.from({ length: 50 }, (_, at) => large[(at + 1) * 1024 * 1024 - 1])).toEqual(Array.from({ length: 50 }, (_, at) => at))

    const events = await fetch(`http://127.0.0.1:${port}/events`)
    const decoder = new TextDecoder()
    let text = ''
    for await (const bytes of events.body ?? []) {
      text += decoder.decode(bytes)
      // The second one is sent when the first one is there.
      if (text === 'data: 1\n\n') brittle.goOn()
    }
    expect(text).toBe('data: 1\n\ndata: 2\n\n')
    await brittle.stop()
  },
  5 * minute,
)
