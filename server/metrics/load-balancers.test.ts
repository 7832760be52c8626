import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { FakeGatewayMetrics } from '../../test/support/fake-gateway-metrics.ts'
import { aTarget, aTargetGroup, forwardTo, groupArn, routingWorld } from '../../test/support/routing-world.ts'
import { createLog } from '../log.ts'
import {
  listenerPorts,
  listeners,
  loadBalancers,
  rules,
  targetGroupUses,
  targetGroups,
  targetHealth,
  targets,
} from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { LoadBalancerMetrics } from './load-balancers.ts'
import type { Measured } from './metric-publisher.ts'

const rule = 'rule-0000000000000064'
const group = 'group-0000000000000001'
const ofRouter = (from: string, code: number, count: number): string =>
  `traefik_router_requests_total{code="${code}",from="${from}",method="GET",protocol="http",router="${rule}@http",service="${group}@http"} ${count}`
const ofService = (code: number, count: number, seconds: number): string =>
  [
    `traefik_service_requests_total{code="${code}",from="",method="GET",protocol="http",service="${group}@http"} ${count}`,
    `traefik_service_request_duration_seconds_sum{code="${code}",method="GET",protocol="http",service="${group}@http"} ${seconds}`,
  ].join('\n')

const world = async (type: 'application' | 'network', { isThere = true, before = '' } = {}) => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const state = routingWorld({
    type,
    listeners: [{ port: 80, protocol: type === 'network' ? 'TLS' : 'HTTP', rules: [{ Actions: [forwardTo([1, 1])] }] }],
  })
  const [balancer] = state.loadBalancers
  const { LoadBalancerArn: arn } = balancer!.loadBalancer
  const [listener] = state.listenersOf(arn)
  const [first] = state.rulesOf(listener!.listener.ListenerArn)
  const create = () =>
    store.commit(transaction => {
      transaction.put(loadBalancers, balancer!)
      transaction.put(listeners, listener!)
      transaction.put(listenerPorts, { listenerArn: listener!.listener.ListenerArn, loadBalancerArn: arn, port: 9021 })
      transaction.put(rules, first!)
      transaction.put(targetGroups, aTargetGroup(1))
      const { RuleArn: ruleArn } = first!.rule
      transaction.put(targetGroupUses, {
        targetGroupArn: groupArn(1),
        ruleArn,
        listenerArn: listener!.listener.ListenerArn,
        loadBalancerArn: arn,
      })
      for (const [id, health] of [
        ['10.0.0.1', 'healthy'],
        ['10.0.0.2', 'healthy'],
        ['10.0.0.3', 'unhealthy'],
        ['10.0.0.4', 'initial'],
      ] as const) {
        const made = aTarget(id, health)
        transaction.put(targets, made.row)
        if (made.health !== undefined) transaction.put(targetHealth, made.health)
      }
    })
  if (isThere) await create()
  const gateway = new FakeGatewayMetrics(before)
  const metrics = new LoadBalancerMetrics({
    store,
    clock,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    periodMs: 60_000,
    readMetrics: gateway.read,
  })
  await clock.advance(0)
  /** What a minute has, once it is over. */
  const minute = async () => {
    await clock.advance(60_000)
    return metrics.measure()
  }
  return { clock, gateway, create, minute }
}

const named = (measured: readonly Measured[]) =>
  Object.fromEntries(
    measured.flatMap(({ metrics }) => metrics.map(({ name, dimensions, statistics }) => [name, { ...dimensions, ...statistics }])),
  )
const ofBalancer = { LoadBalancer: 'app/web/0000000000000001' }
const ofGroup = { ...ofBalancer, TargetGroup: 'targetgroup/g1/0000000000000001' }
const times = (count: number) => ({ count, sum: count, minimum: 1, maximum: 1 })

test('an application load balancer tells of a minute’s requests and of its hosts', async () => {
  // What was before is nobody's: it was told by the process before this one, or is lost.
  const before = [ofRouter('target', 200, 100), ofService(200, 100, 10)].join('\n')
  const { clock, gateway, minute } = await world('application', { before })
  const began = clock.now()
  expect(Object.keys(named(await minute()))).toEqual(['HealthyHostCount', 'UnHealthyHostCount'])
  gateway.text = [ofRouter('target', 200, 104), ofRouter('balancer', 502, 2), ofService(200, 104, 12), ofService(502, 2, 9)].join('\n')
  const measured = await minute()
  expect(measured.map(({ namespace, place }) => [namespace, place])).toEqual([
    ['AWS/ApplicationELB', { account: '000000000000', region: 'us-east-1' }],
  ])
  // Under the time at which the minute began.
  expect(new Set(measured.flatMap(({ metrics }) => metrics.map(({ at }) => at)))).toEqual(new Set([began + 60_000]))
  expect(named(measured)).toEqual({
    HealthyHostCount: { ...ofGroup, count: 1, sum: 2, minimum: 2, maximum: 2 },
    UnHealthyHostCount: { ...ofGroup, count: 1, sum: 1, minimum: 1, maximum: 1 },
    RequestCount: { ...ofGroup, ...times(6) },
    HTTPCode_Target_2XX_Count: { ...ofGroup, ...times(4) },
    HTTPCode_ELB_5XX_Count: { ...ofBalancer, ...times(2) },
    HTTPCode_ELB_502_Count: { ...ofBalancer, ...times(2) },
    TargetResponseTime: { ...ofGroup, count: 4, sum: 2, minimum: 0.5, maximum: 0.5 },
    RequestCountPerTarget: { ...ofGroup, count: 1, sum: 3, minimum: 3, maximum: 3 },
  })
  expect(Object.keys(named(await minute()))).toEqual(['HealthyHostCount', 'UnHealthyHostCount'])
})

test('what its listener refuses before any rule is told of the load balancer', async () => {
  const { gateway, minute } = await world('application')
  await minute()
  const refused = (entrance: string, code: number, count: number) =>
    ofRouter('listener', code, count).replaceAll(rule, `${entrance}-0000000000000001`)
  gateway.text = [refused('listener', 405, 2), refused('door', 414, 1), refused('listener', 463, 1)].join('\n')
  expect(named(await minute())).toMatchObject({ HTTPCode_ELB_4XX_Count: { ...ofBalancer, ...times(4) } })
})

test('what a gateway could not tell at once is told later, and one that is new counts from nothing', async () => {
  const { gateway, minute } = await world('application', { before: ofRouter('target', 200, 100) })
  gateway.isAway = true
  expect(Object.keys(named(await minute()))).toEqual(['HealthyHostCount', 'UnHealthyHostCount'])
  gateway.isAway = false
  gateway.text = ofRouter('target', 200, 107)
  expect(named(await minute())['RequestCount']).toEqual({ ...ofGroup, ...times(7) })
  gateway.text = ofRouter('target', 200, 5)
  expect(named(await minute())['RequestCount']).toEqual({ ...ofGroup, ...times(5) })
})

test('nobody asks the gateway without a load balancer, and the first requests of the first one are told of', async () => {
  const { gateway, create, minute } = await world('application', { isThere: false })
  expect(await minute()).toEqual([])
  expect(gateway.asked).toBe(0)
  await create()
  gateway.text = ofRouter('target', 200, 3)
  expect(named(await minute())['RequestCount']).toEqual({ ...ofGroup, ...times(3) })
})

test('a network load balancer tells of its hosts and of the connections that are open', async () => {
  const { gateway, minute } = await world('network')
  gateway.text = [
    'traefik_open_connections{entrypoint="tcp-9021",protocol="TCP"} 4',
    'traefik_open_connections{entrypoint="tcp-9022",protocol="TCP"} 9',
  ].join('\n')
  const measured = await minute()
  const of = { LoadBalancer: 'net/web/0000000000000001' }
  expect(measured[0]?.namespace).toBe('AWS/NetworkELB')
  expect(named(measured)).toMatchObject({
    HealthyHostCount: { ...of, TargetGroup: ofGroup.TargetGroup, sum: 2 },
    ActiveFlowCount: { ...of, sum: 4 },
    ActiveFlowCount_TLS: { ...of, sum: 4 },
  })
})
