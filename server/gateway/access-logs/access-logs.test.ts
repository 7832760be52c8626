import { expect, test } from 'bun:test'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { randomIds } from '../../../shared/ids.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { forwardTo, routingWorld } from '../../../test/support/routing-world.ts'
import type { Backend } from '../../backend/backend.ts'
import { createLog } from '../../log.ts'
import { listeners, loadBalancers, rules } from '../../store/elbv2-tables.ts'
import { memoryStore } from '../../store/memory.ts'
import { AccessLogs } from './access-logs.ts'

const enabled = { 'access_logs.s3.enabled': 'true', 'access_logs.s3.bucket': 'logs', 'access_logs.s3.prefix': 'web' }
const router = 'listener-0000000000000001@http -> rule-0000000000000064@http'
const record = (RouterName: string, RequestPath = '/') =>
  JSON.stringify({ RouterName, RequestPath, StartUTC: '2026-11-26T10:00:00Z', RequestMethod: 'GET', DownstreamStatus: 200 })

const world = async (attributes: Readonly<Record<string, string>> = enabled) => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const state = routingWorld({ attributes, listeners: [{ port: 80, rules: [{ Actions: [forwardTo([1, 1])] }] }] })
  const [balancer] = state.loadBalancers
  const [listener] = state.listenersOf(balancer!.loadBalancer.LoadBalancerArn)
  const [rule] = state.rulesOf(listener!.listener.ListenerArn)
  await store.commit(transaction => {
    transaction.put(loadBalancers, balancer!)
    transaction.put(listeners, listener!)
    transaction.put(rules, rule!)
  })
  const put: { path: string; lines: readonly string[]; timeoutMs: number | undefined }[] = []
  const refuse = async () => {
    throw new Error('not asked for')
  }
  const backend: Backend = {
    url: 'http://backend.test',
    json: refuse,
    query: refuse,
    rest: async ({ path, body }, _place, options) => {
      const text = Buffer.from(Bun.gunzipSync(body as Uint8Array<ArrayBuffer>)).toString()
      put.push({ path, lines: text.trimEnd().split('\n'), timeoutMs: options?.timeoutMs })
      return new Response()
    },
  }
  const logs = new AccessLogs({ store, clock, ids: randomIds, log: createLog({ logLevel: 'error' }, { write: () => true }), backend })
  return { clock, store, logs, put, balancer: balancer! }
}

test('requests of a load balancer are a file of its bucket each five minutes, where AWS puts it', async () => {
  const { clock, logs, put } = await world()
  await clock.advance(300_000 - (clock.now() % 300_000) + 60_000)
  logs.add([record(router, '/a'), record('rule-ffffffffffffffff@http'), record(router, '/b')])
  await clock.advance(239_999)
  expect(put).toEqual([])
  await clock.advance(1)
  const [date, time] = new Date(clock.now()).toISOString().split('T')
  expect(put.length).toBe(1)
  expect(put[0]?.path).toMatch(
    new RegExp(
      `^/logs/web/AWSLogs/000000000000/elasticloadbalancing/us-east-1/${date?.replaceAll('-', '/')}/000000000000_elasticloadbalancing_us-east-1_app\\.web\\.0000000000000001_${date?.replaceAll('-', '')}T${time?.slice(0, 5).replace(':', '')}Z_127\\.0\\.0\\.1_[0-9a-f]{8}\\.log\\.gz$`,
    ),
  )
  expect(put[0]?.lines.map(line => /"GET [^"]*"/.exec(line)?.[0])).toEqual(['"GET http://:80/a "', '"GET http://:80/b "'])
})

test('the last ones are put when the log is turned off, and when the process ends; without a log nothing is', async () => {
  const { clock, store, logs, put, balancer } = await world()
  logs.add([record(router)])
  await store.commit(transaction => transaction.put(loadBalancers, { ...balancer, attributes: {} }))
  // On their way while it was turned off.
  logs.add([record(router)])
  await clock.advance(3_000)
  expect(put.map(({ lines }) => lines.length)).toEqual([2])
  logs.add([record(router)])
  await logs.stop()
  expect(put.length).toBe(1)
  const other = await world()
  other.logs.add([record(router)])
  await other.logs.stop()
  // A process is given ten seconds to end, all that it has to do together.
  expect(other.put.map(({ timeoutMs }) => timeoutMs)).toEqual([3_000])
})

test('much is put earlier, by its lines and by their length', async () => {
  const { clock, logs, put } = await world()
  logs.add(Array.from({ length: 20_001 }, () => record(router)))
  await clock.advance(0)
  expect(put.map(({ lines }) => lines.length)).toEqual([20_000])
  logs.add(Array.from({ length: 9 }, () => record(router, `/${'a'.repeat(1024 * 1024)}`)))
  await clock.advance(0)
  expect(put.map(({ lines }) => lines.length)).toEqual([20_000, 9])
  await logs.stop()
})

test('records come by OTLP, compressed', async () => {
  const { logs, put } = await world()
  const wrap = (field: number, bytes: Uint8Array) => new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(bytes).finish()
  const text = wrap(1, new TextEncoder().encode(record(router)))
  const logRecord = new BinaryWriter().tag(1, WireType.Bit64).fixed64('5').raw(wrap(5, text)).finish()
  const message = wrap(1, wrap(2, wrap(2, logRecord)))
  const body = Bun.gzipSync(Uint8Array.from(message))
  const answer = await logs.take(new Request('http://x/', { method: 'POST', body, headers: { 'content-encoding': 'gzip' } }))
  expect(answer.status).toBe(200)
  await logs.stop()
  expect(put[0]?.lines.length).toBe(1)
})
