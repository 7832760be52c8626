// Load balancers of a real cluster that log requests to the backend's S3.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { Balancers, type Server, ask, fixed, forward, hostAddress, httpBackend } from './load-balancer-harness.ts'

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
}, minute)

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
    await logs({ enabled: 'true', bucket, prefix: 'web' })
    // From when the gateway does so is not said, and it takes up to some seconds: each of these is told of or not.
    const headers = { 'user-agent': 'tests "1"', host: 'shop.test' }
    for (let count = 0; count < 60; count++) {
      expect((await ask(port, { path: '/a?b=c', headers })).status).toBe(200)
      expect((await ask(port, { path: '/tea', headers })).status).toBe(418)
      await Bun.sleep(100)
    }
    // The last ones are published when the log is turned off.
    await logs({ enabled: 'false' })
    const key = await until('a log', async () => {
      const found = await aws('s3api', 'list-objects-v2', '--bucket', bucket)
      return (found['Contents'] as { Key: string }[] | undefined)?.[0]?.Key
    })
    const id = arn.slice(arn.indexOf(':loadbalancer/') + ':loadbalancer/'.length)
    const day = String.raw`\d{4}/\d\d/\d\d`
    const name = String.raw`000000000000_elasticloadbalancing_us-east-1_${id.replaceAll('/', '.')}_\d{8}T\d{4}Z_[\d.]+_\w+\.log\.gz`
    expect(key).toMatch(new RegExp(`^web/AWSLogs/000000000000/elasticloadbalancing/us-east-1/${day}/${name}$`))
    await aws('s3api', 'get-object', '--bucket', bucket, '--key', key, join(folder, 'log.gz'))
    const bytes = Bun.gunzipSync(new Uint8Array(await Bun.file(join(folder, 'log.gz')).arrayBuffer()))
    const lines = new TextDecoder().decode(bytes).trimEnd().split('\n')
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`
    const trace = String.raw`"Root=1-[0-9a-f]{8}-[0-9a-f]{24}"`
    const agent = String.raw`"tests \\x221\\x22"`
    const spent = String.raw`\d\.\d{3} \d\.\d{3} \d\.\d{3}`
    const there = `${host}:${target.port}`
    const forwarded = new RegExp(
      String.raw`^http ${time} ${id} [\d.]+:\d+ ${there} ${spent} 200 200 \d+ \d+ "GET http://shop\.test:80/a\?b=c HTTP/1\.1" ${agent} - - ${group} ${trace} "-" "-" 0 ${time} "forward" "-" "-" "${there}" "200" "-" "-" -$`,
    )
    const answered = new RegExp(
      String.raw`^http ${time} ${id} [\d.]+:\d+ - -1 -1 -1 418 - \d+ \d+ "GET http://shop\.test:80/tea HTTP/1\.1" ${agent} - - - ${trace} "-" "-" 3 ${time} "fixed-response" "-" "-" "-" "-" "-" "-" -$`,
    )
    expect(lines.filter(line => forwarded.test(line)).length).toBeGreaterThan(5)
    expect(lines.filter(line => answered.test(line)).length).toBeGreaterThan(5)
    expect(lines.filter(line => !forwarded.test(line) && !answered.test(line))).toEqual([])
  },
  3 * minute,
)
