import { afterAll, expect, test } from 'bun:test'
import { ServiceWorld } from '../../test/support/service-world.ts'
import { until } from '../../test/support/until.ts'
import { createBackend } from '../backend/client.ts'
import { createLog } from '../log.ts'
import { MetricPublisher } from './metric-publisher.ts'
import { utilizations } from './utilization.ts'

const stops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const stop of stops) await stop()
})

test('each minute a sample of each task goes into the backend’s CloudWatch', async () => {
  const world = new ServiceWorld()
  await world.create(world.register(), { desiredCount: 2 })
  const calls: Record<string, string>[] = []
  let isAway = false
  const backend = createBackend({
    url: 'http://backend',
    fetch: async request => {
      if (isAway) return new Response('', { status: 503 })
      calls.push(Object.fromEntries(new URLSearchParams(await request.text())))
      return new Response('<PutMetricDataResponse/>', { headers: { 'content-type': 'text/xml' } })
    },
  })
  const lines: string[] = []
  const { store, clock } = world
  const publisher = new MetricPublisher({
    clock,
    log: createLog({ logLevel: 'warn' }, { write: line => lines.push(line) }),
    backend,
    of: 'services',
    measure: () => utilizations({ store, clock, eachUtilization: (_, of) => (of === 'cpu' ? [90, 30] : []) }),
    periodMs: 60_000,
  })
  stops.push(() => publisher.stop())
  // A call is signed and sent outside of the fake clock: its minutes go on until it has been seen.
  const minutesUntil = (what: string, isThere: () => boolean): Promise<unknown> =>
    until(
      what,
      async () => {
        if (isThere()) return true
        await world.clock.advance(60_000)
        return false
      },
      { withinMs: 20_000, everyMs: 10 },
    )
  await minutesUntil('the first samples', () => calls.length > 0)
  expect(calls[0]).toMatchObject({
    Action: 'PutMetricData',
    Namespace: 'AWS/ECS',
    'MetricData.member.1.MetricName': 'CPUUtilization',
    'MetricData.member.1.Unit': 'Percent',
    'MetricData.member.1.Dimensions.member.1.Name': 'ClusterName',
    'MetricData.member.1.Dimensions.member.1.Value': 'default',
    'MetricData.member.1.Dimensions.member.2.Name': 'ServiceName',
    'MetricData.member.1.Dimensions.member.2.Value': 'web',
    'MetricData.member.1.StatisticValues.SampleCount': '2',
    'MetricData.member.1.StatisticValues.Sum': '120',
    'MetricData.member.1.StatisticValues.Minimum': '30',
    'MetricData.member.1.StatisticValues.Maximum': '90',
  })
  expect(Object.keys(calls[0] ?? {}).filter(key => key.startsWith('MetricData.member.2'))).toEqual([])
  isAway = true
  await minutesUntil('a word of the failure', () => lines.length > 0)
  isAway = false
  calls.length = 0
  await minutesUntil('samples again', () => calls.length > 0)
  expect(lines).toHaveLength(1)
})
