import { describe, expect, test } from 'bun:test'
import type { ConnectEndpointRow } from '../../store/connect-tables.ts'
import { routingWorld } from '../../../test/support/routing-world.ts'
import { dynamicConfiguration } from '../elbv2/routing/configuration.ts'
import { connectParts } from './routing.ts'

const endpoint = (row: Partial<ConnectEndpointRow> = {}, servers: readonly string[] = ['10.0.0.1:8080', '10.0.0.2:8080']) => ({
  row: {
    namespaceArn: 'arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-1',
    dnsName: 'web',
    port: 80,
    serviceArn: 'arn:aws:ecs:us-east-1:000000000000:service/c/web',
    registryArns: [],
    protocol: 'http' as const,
    ...row,
  },
  entryPort: 64_100,
  servers,
})

describe('an endpoint that speaks HTTP', () => {
  test('is retried twice, has fifteen seconds, and judges its tasks', () => {
    expect(connectParts([endpoint()]).http).toEqual({
      routers: {
        'connect-64100': {
          entryPoints: ['tcp-64100'],
          rule: 'PathPrefix(`/`)',
          middlewares: ['connect-64100', 'connect-64100-retry'],
          service: 'connect-64100',
        },
      },
      services: {
        'connect-64100': {
          loadBalancer: {
            servers: [{ url: 'http://10.0.0.1:8080' }, { url: 'http://10.0.0.2:8080' }],
            passHostHeader: true,
            strategy: 'wrr',
            serversTransport: 'connect-64100',
            passiveHealthCheck: { failureWindow: '30s', maxFailedAttempts: 5 },
          },
        },
      },
      middlewares: {
        'connect-64100': { plugin: { kecs: { do: 'connect', seconds: '15' } } },
        'connect-64100-retry': { retry: { attempts: 3 } },
      },
      serversTransports: {
        'connect-64100': { maxIdleConnsPerHost: 200, forwardingTimeouts: { dialTimeout: '5s', idleConnTimeout: '300s' } },
      },
    })
  })

  test('has the times that it asks for, 0 being without end', () => {
    const { middlewares, serversTransports } = connectParts([
      endpoint({ timeout: { perRequestTimeoutSeconds: 0, idleTimeoutSeconds: 7 } }),
    ]).http
    expect(middlewares['connect-64100']).toEqual({ plugin: { kecs: { do: 'connect', seconds: '0' } } })
    expect(serversTransports['connect-64100']?.forwardingTimeouts?.idleConnTimeout).toBe('7s')
  })

  test.each(['http2', 'grpc'] as const)('is spoken to in HTTP/2 without TLS for %s', protocol => {
    const { services } = connectParts([endpoint({ protocol }, ['10.0.0.1:1'])]).http
    expect(services['connect-64100']).toMatchObject({ loadBalancer: { servers: [{ url: 'h2c://10.0.0.1:1' }] } })
  })

  test('does not judge a task that has nobody beside it, and answers by itself without any', () => {
    const balancer = (servers: readonly string[]) => connectParts([endpoint({}, servers)]).http.services['connect-64100']
    expect(balancer(['10.0.0.1:1'])).not.toHaveProperty('loadBalancer.passiveHealthCheck')
    expect(balancer([])).not.toHaveProperty('loadBalancer.servers')
  })
})

test('one of TCP balances connections', () => {
  const parts = connectParts([endpoint({ protocol: 'tcp' })])
  expect(parts.http.routers).toEqual({})
  expect(parts.tcp).toEqual({
    routers: { 'connect-64100': { entryPoints: ['tcp-64100'], rule: 'HostSNI(`*`)', service: 'connect-64100' } },
    services: {
      'connect-64100': {
        loadBalancer: { servers: [{ address: '10.0.0.1:8080' }, { address: '10.0.0.2:8080' }], serversTransport: 'connect-64100' },
      },
    },
    serversTransports: { 'connect-64100': { dialTimeout: '5s', terminationDelay: '350s' } },
  })
})

test('endpoints are told beside load balancers, and nothing where there are none', () => {
  const state = routingWorld({ listeners: [] })
  const { http, tcp } = dynamicConfiguration({
    ...state,
    connectEndpoints: [endpoint(), { ...endpoint({ protocol: 'tcp' }), entryPort: 64_101 }],
  })
  expect(Object.keys(http?.routers ?? {})).toEqual(['connect-64100'])
  expect(Object.keys(tcp?.routers ?? {})).toEqual(['connect-64101'])
  expect(dynamicConfiguration({ ...state, loadBalancers: [] })).toEqual({})
})

describe('an endpoint whose traffic is shifted', () => {
  const shifting = (production: number, isTested: boolean, row: Partial<ConnectEndpointRow> = {}) =>
    connectParts([{ ...endpoint(row, ['10.0.0.1:1']), shift: { servers: ['10.0.0.9:1'], production, isTested } }])

  test('shares it by weights, in tenths of a percent', () => {
    const { services } = shifting(12.5, false).http
    expect(services['connect-64100']).toEqual({
      weighted: {
        services: [
          { name: 'connect-64100-source', weight: 875 },
          { name: 'connect-64100-target', weight: 125 },
        ],
      },
    })
    expect(services['connect-64100-target']).toMatchObject({ loadBalancer: { servers: [{ url: 'http://10.0.0.9:1' }] } })
    const of = (production: number) => shifting(production, false).http.services['connect-64100']
    expect(of(0)).toEqual({ weighted: { services: [{ name: 'connect-64100-source', weight: 1000 }] } })
    expect(of(100)).toEqual({ weighted: { services: [{ name: 'connect-64100-target', weight: 1000 }] } })
    expect(shifting(50, true, { protocol: 'tcp' }).tcp.services['connect-64100']).toHaveProperty('weighted.services.length', 2)
  })

  test('sends tests, known by a header, to the target', () => {
    const routerOf = (row?: Partial<ConnectEndpointRow>) => shifting(0, true, row).http.routers['connect-64100-test']
    expect(routerOf()).toEqual({
      entryPoints: ['tcp-64100'],
      rule: 'HeaderRegexp("x-amzn-ecs-blue-green-test", ".*")',
      priority: 2,
      middlewares: ['connect-64100', 'connect-64100-retry'],
      service: 'connect-64100-target',
    })
    expect(routerOf({ testHeader: { name: 'X-Test', value: 'v2' } })?.rule).toBe('Header("X-Test", "v2")')
    expect(shifting(0, false).http.routers).not.toHaveProperty('connect-64100-test')
  })
})
