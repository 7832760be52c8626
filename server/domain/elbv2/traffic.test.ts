import { expect, test } from 'bun:test'
import { trafficMetrics } from './traffic-metrics.ts'
import { type Growth, trafficOf } from './traffic.ts'

const routed = (router: string, from: string, code: number, by: number, protocol = 'http'): Growth => ({
  metric: 'traefik_router_requests_total',
  labels: { router: `${router}@http`, from, code: String(code), protocol, method: 'GET' },
  by,
})
/** With how long each took. */
const served = (service: string, code: number, by: number, protocol = 'http', seconds = 0.5): readonly Growth[] => {
  const labels = { service: `${service}@http`, from: '', code: String(code), protocol, method: 'GET' }
  return [
    { metric: 'traefik_service_requests_total', labels, by },
    { metric: 'traefik_service_request_duration_seconds_sum', labels, by: by * seconds },
  ]
}
const metricsOf = (
  rules: Parameters<typeof trafficOf>[0],
  growth: readonly Growth[],
  action: 'forward' | 'redirect' | 'fixed-response' = 'forward',
  entrances: readonly string[] = [],
) =>
  Object.fromEntries(
    trafficMetrics(trafficOf(rules, entrances, growth), () => action).map(({ name, service, sum }) => [
      service === undefined ? name : `${name} ${service}`,
      sum,
    ]),
  )

test('what targets answer is told of their group, by its kind', () => {
  const growth = [
    routed('r', 'target', 200, 7),
    routed('r', 'target', 404, 2),
    routed('r', 'target', 500, 1),
    ...served('g', 200, 7),
    ...served('g', 404, 2),
    ...served('g', 500, 1),
  ]
  expect(metricsOf([{ router: 'r', services: ['g'] }], growth)).toEqual({
    'RequestCount g': 10,
    'HTTPCode_Target_2XX_Count g': 7,
    'HTTPCode_Target_4XX_Count g': 2,
    'HTTPCode_Target_5XX_Count g': 1,
    'TargetResponseTime g': 5,
  })
})

test('a target that does not answer has an error of the load balancer, and no time', () => {
  const growth = [routed('r', 'balancer', 502, 3), routed('r', 'target', 200, 1), ...served('g', 502, 3), ...served('g', 200, 1)]
  expect(metricsOf([{ router: 'r', services: ['g'] }], growth)).toEqual({
    'RequestCount g': 4,
    'HTTPCode_Target_2XX_Count g': 1,
    HTTPCode_ELB_5XX_Count: 3,
    HTTPCode_ELB_502_Count: 3,
    'TargetResponseTime g': 0.5,
  })
})

test('a target’s own 502 is the target’s', () => {
  const growth = [routed('r', 'target', 502, 3), ...served('g', 502, 3)]
  expect(metricsOf([{ router: 'r', services: ['g'] }], growth)).toMatchObject({ 'HTTPCode_Target_5XX_Count g': 3 })
})

test('what a rule answers by itself is the load balancer’s, and no request', () => {
  expect(metricsOf([{ router: 'r', services: [] }], [routed('r', 'action', 404, 2)], 'fixed-response')).toEqual({
    HTTPCode_ELB_4XX_Count: 2,
    HTTP_Fixed_Response_Count: 2,
  })
  expect(metricsOf([{ router: 'r', services: [] }], [routed('r', 'action', 301, 2)], 'redirect')).toEqual({
    HTTPCode_ELB_3XX_Count: 2,
    HTTP_Redirect_Count: 2,
  })
  // No target is registered.
  expect(metricsOf([{ router: 'r', services: ['g'] }], [routed('r', 'action', 503, 2)])).toEqual({
    HTTPCode_ELB_5XX_Count: 2,
    HTTPCode_ELB_503_Count: 2,
  })
  // Who is not logged in is led elsewhere.
  expect(metricsOf([{ router: 'r', services: ['g'] }], [routed('r', '', 302, 2)])).toEqual({ HTTPCode_ELB_3XX_Count: 2 })
})

test('what is refused before any rule is an error of clients, and what rules answer is not counted with it', () => {
  const rules = [{ router: 'r', services: ['g'] }]
  const growth = [
    routed('l', 'listener', 405, 1),
    routed('l', 'listener', 414, 2),
    routed('d', 'listener', 463, 3),
    // Its status is not told, as it is of gRPC.
    routed('l', 'listener', 12, 4, 'grpc'),
    routed('l', 'target', 404, 5),
    routed('r', 'target', 404, 5),
    routed('l', 'balancer', 502, 6),
    routed('l', '', 500, 7),
    ...served('g', 404, 5),
  ]
  expect(metricsOf(rules, growth, 'forward', ['l', 'd'])).toEqual({
    'RequestCount g': 5,
    'HTTPCode_Target_4XX_Count g': 5,
    HTTPCode_ELB_4XX_Count: 10,
    'TargetResponseTime g': 2.5,
  })
})

test('what one rule sends to two groups is shared as each has it', () => {
  const rules = [{ router: 'r', services: ['blue', 'green'] }]
  const growth = [
    routed('r', 'target', 200, 90),
    routed('r', 'target', 500, 10),
    ...served('blue', 200, 80),
    ...served('green', 200, 10),
    ...served('green', 500, 10),
  ]
  expect(metricsOf(rules, growth)).toMatchObject({
    'RequestCount blue': 80,
    'RequestCount green': 20,
    'HTTPCode_Target_2XX_Count blue': 80,
    'HTTPCode_Target_2XX_Count green': 10,
    'HTTPCode_Target_5XX_Count green': 10,
  })
  // Nobody is asked for an answer that the other's targets gave.
  expect(Object.keys(metricsOf(rules, growth))).not.toContain('HTTPCode_Target_5XX_Count blue')
})

test('gRPC is told by HTTP’s status, which is 200 whatever gRPC’s is, and streams take no time', () => {
  const growth = [
    routed('r', 'target', 5, 4, 'grpc'),
    routed('r', 'balancer', 2, 1, 'grpc'),
    ...served('g', 5, 4, 'grpc'),
    ...served('g', 2, 1, 'grpc'),
    ...served('g', 101, 1, 'websocket', 600),
  ]
  expect(metricsOf([{ router: 'r', services: ['g'] }], [...growth, routed('r', 'target', 101, 1, 'websocket')])).toEqual({
    'RequestCount g': 6,
    'HTTPCode_Target_2XX_Count g': 4,
    HTTPCode_ELB_5XX_Count: 1,
    'TargetResponseTime g': 2,
  })
})

test('functions have no service of their own: a rule with one group of them tells of it', () => {
  expect(metricsOf([{ router: 'r', services: ['lambda'] }], [routed('r', 'target', 200, 3)])).toEqual({
    'RequestCount lambda': 3,
    'HTTPCode_Target_2XX_Count lambda': 3,
  })
  expect(metricsOf([{ router: 'r', services: ['one', 'other'] }], [routed('r', 'target', 200, 3)])).toEqual({
    RequestCount: 3,
    HTTPCode_Target_2XX_Count: 3,
  })
})
