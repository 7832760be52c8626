import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { FakeGatewayMetrics } from '../../test/support/fake-gateway-metrics.ts'
import { aTarget, aTargetGroup, groupArn } from '../../test/support/routing-world.ts'
import { createLog } from '../log.ts'
import { targetGroups, targetHealth, targets } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { countsOf, requestCounts } from './gateway-counts.ts'
import { GroupRequests } from './group-requests.ts'

const metric = (code: number, group: number, count: number): string =>
  `traefik_service_requests_total{code="${code}",method="GET",protocol="http",service="group-${group.toString(16).padStart(16, '0')}@http"} ${count}`

const world = async () => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  await store.commit(transaction => {
    transaction.put(targetGroups, aTargetGroup(1))
    for (const [id, state] of [
      ['10.0.0.1', 'healthy'],
      ['10.0.0.2', 'healthy'],
      ['10.0.0.3', 'unhealthy'],
    ] as const) {
      const { row, health } = aTarget(id, state)
      transaction.put(targets, row)
      transaction.put(targetHealth, health!)
    }
  })
  const gateway = new FakeGatewayMetrics()
  const requests = new GroupRequests({
    store,
    clock,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    periodMs: 60_000,
    readMetrics: gateway.read,
  })
  return { clock, gateway, requests }
}

test('each healthy target has its share of the requests of the last minute, whatever their status', async () => {
  const { clock, gateway, requests } = await world()
  gateway.text = [metric(200, 1, 1_000), metric(200, 2, 5)].join('\n')
  expect(await requests.perTarget(groupArn(1))).toBeUndefined()
  await clock.advance(60_000)
  gateway.text = [metric(200, 1, 1_300), metric(502, 1, 100), metric(200, 2, 5)].join('\n')
  // 400 in a minute, for two of three targets; asked a second time at once, the same.
  expect(await requests.perTarget(groupArn(1))).toBe(200)
  expect(await requests.perTarget(groupArn(1))).toBe(200)
  expect(gateway.asked).toBe(2)
  await clock.advance(60_000)
  expect(await requests.perTarget(groupArn(1))).toBe(0)
})

test('a gateway that was started anew counts from nothing, and one that is away says nothing', async () => {
  const { clock, gateway, requests } = await world()
  gateway.text = metric(200, 1, 1_000)
  await requests.perTarget(groupArn(1))
  await clock.advance(60_000)
  gateway.text = metric(200, 1, 60)
  expect(await requests.perTarget(groupArn(1))).toBe(30)
  gateway.isAway = true
  await clock.advance(60_000)
  expect(await requests.perTarget(groupArn(1))).toBeUndefined()
  expect(await requests.perTarget(groupArn(9))).toBeUndefined()
})

test('what the gateway tells of other things is passed over', () => {
  const text = [
    '# HELP traefik_service_requests_total x',
    metric(200, 1, 2),
    'traefik_service_requests_total{code="200",service="kecs-system-aws@kubernetescrd"} 7',
    'go_goroutines 9',
  ].join('\n')
  expect([...requestCounts(countsOf(text))]).toEqual([['group-0000000000000001', 2]])
})
