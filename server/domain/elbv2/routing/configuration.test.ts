import { describe, expect, test } from 'bun:test'
import type { Action } from '../../../aws/generated/elbv2.ts'
import { aTarget, aTargetGroup, forwardTo, routingWorld } from '../../../../test/support/routing-world.ts'
import { dynamicConfiguration } from './configuration.ts'

const balancer = 'balancer-0000000000000001'
const listener = 'listener-0000000000000001'
const forward = `${listener}-forward-http1`
const [first, second] = ['rule-0000000000000064', 'rule-0000000000000065']
const group = (number: number): string => `group-${number.toString(16).padStart(16, '0')}`

describe('an Application Load Balancer', () => {
  const groups = [
    { row: aTargetGroup(1), targets: [aTarget('10.0.0.1', 'healthy'), aTarget('10.0.0.2', 'unhealthy')] },
    {
      row: aTargetGroup(2, {}, { 'stickiness.enabled': 'true', 'stickiness.type': 'lb_cookie' }),
      targets: [aTarget('10.0.0.3', 'healthy', {}, 8080)],
    },
    { row: aTargetGroup(3), targets: [] },
  ]

  test('is a router for each listener and below it one for each rule, tried in order', () => {
    const rules = [
      { Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/a/*'] } }], Actions: [forwardTo([2, 1])] },
      { Actions: [forwardTo([1, 3], [2, 1])] },
    ]
    const { http } = dynamicConfiguration(routingWorld({ listeners: [{ port: 8080, entryPort: 9021, rules }], groups }))
    expect(http?.routers).toEqual({
      [listener]: { entryPoints: ['tcp-9021'], rule: 'PathPrefix(`/`)', middlewares: [listener] },
      [first]: { rule: 'PathRegexp("(?s)^/a/.*$")', priority: 2, parentRefs: [listener], service: group(2), middlewares: [forward] },
      [second]: { rule: 'PathPrefix(`/`)', priority: 1, parentRefs: [listener], service: second, middlewares: [forward] },
    })
    expect(http?.services?.[group(1)]).toMatchObject({
      loadBalancer: { servers: [{ url: 'http://10.0.0.1:80' }], serversTransport: balancer },
    })
    expect(http?.services?.[group(2)]).toMatchObject({ loadBalancer: { sticky: { cookie: { name: 'AWSALB', maxAge: 86_400 } } } })
    expect(http?.services?.[second]).toMatchObject({
      weighted: {
        services: [
          { name: group(1), weight: 3 },
          { name: group(2), weight: 1 },
        ],
      },
    })
  })

  test("its listener for HTTP on port 80 is at the AWS door too, above the door's own routes", () => {
    const { http } = dynamicConfiguration(
      routingWorld({ listeners: [{ port: 80, entryPort: 9020, rules: [{ Actions: [forwardTo([1, 1])] }] }], groups }),
    )
    expect(http?.routers?.['door-0000000000000001']).toEqual({
      entryPoints: ['aws'],
      observability: { metrics: true },
      rule: 'Host("web-0000000000000001.us-east-1.elb.localhost.localstack.cloud")',
      priority: 10_000,
      middlewares: [listener],
    })
    expect(http?.routers?.[first]?.parentRefs).toEqual([listener, 'door-0000000000000001'])
  })

  test("the door takes the names of Express services for it too, and no other of its rules' conditions", () => {
    const hosts = [
      'web-0123456789ab.ecs.us-east-1.localhost.localstack.cloud',
      'shop.example.com',
      '*.ecs.us-east-1.localhost.localstack.cloud',
    ]
    const rules = hosts.map(host => ({
      Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [host] } }],
      Actions: [forwardTo([1, 1])],
    }))
    const { http } = dynamicConfiguration(routingWorld({ listeners: [{ port: 80, entryPort: 9020, rules }], groups }))
    expect(http?.routers?.['door-0000000000000001']?.rule).toBe(
      'Host("web-0000000000000001.us-east-1.elb.localhost.localstack.cloud") || Host("web-0123456789ab.ecs.us-east-1.localhost.localstack.cloud")',
    )
  })

  test('answers 503 by itself where no target is registered, and leaves out groups without weight', () => {
    const rules = [{ Actions: [forwardTo([3, 1])] }]
    const { http } = dynamicConfiguration(routingWorld({ listeners: [{ port: 81, entryPort: 9020, rules }], groups }))
    expect(http?.routers?.[first]?.service).toBe('noop@internal')
    expect(http?.middlewares?.[first]).toEqual({ plugin: { kecs: { do: 'answer', status: '503' } } })
    const none = dynamicConfiguration(
      routingWorld({ listeners: [{ port: 81, entryPort: 9020, rules: [{ Actions: [forwardTo([1, 0], [2, 5])] }] }], groups }),
    )
    expect(none.http?.routers?.[first]?.service).toBe(group(2))
  })

  const endpoints = {
    Issuer: 'https://idp.test',
    AuthorizationEndpoint: 'https://idp.test/authorize',
    TokenEndpoint: 'https://idp.test/token',
    UserInfoEndpoint: 'https://idp.test/userinfo',
    ClientId: 'web',
  }
  const jwt: Action = { Type: 'jwt-validation', JwtValidationConfig: { JwksEndpoint: 'https://idp.test/keys', Issuer: 'idp' } }

  test.each<[string, Action]>([
    ['authenticate-oidc', { Type: 'authenticate-oidc' }],
    ['authenticate-cognito', { Type: 'authenticate-cognito' }],
  ])('lets nothing pass a rule with %s, whatever it does then', (_, guard) => {
    const rules = [{ Actions: [jwt, guard, forwardTo([1, 1])] }]
    const { http } = dynamicConfiguration(routingWorld({ listeners: [{ port: 81, entryPort: 9020, rules }], groups }))
    expect(http?.routers?.[first]).toMatchObject({ service: 'noop@internal', middlewares: [first] })
    expect(http?.middlewares?.[first]).toMatchObject({ plugin: { kecs: { do: 'answer', status: '500', contentType: 'text/html' } } })
  })

  test('has the control plane asked of each request to a rule that checks tokens, before anything else is done to it', () => {
    const fixed: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '204' } }
    const rules = [{ Actions: [jwt, fixed] }, { Actions: [jwt, forwardTo([1, 1])] }]
    const attributes = { 'routing.http.xff_header_processing.mode': 'remove' }
    const { http } = dynamicConfiguration(routingWorld({ attributes, listeners: [{ port: 81, entryPort: 9020, rules }], groups }))
    expect(http?.routers?.[first]?.middlewares).toEqual([`${first}-guard`, first])
    expect(http?.routers?.[second]).toMatchObject({ service: group(1), middlewares: [`${second}-guard`, forward] })
    const rule =
      'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/app/web/0000000000000001/0000000000000001/0000000000000064'
    expect(http?.middlewares?.[`${first}-guard`]).toEqual({
      forwardAuth: {
        address: `http://kecs-control-plane.kecs-system:8081/gateway/guard?rule=${encodeURIComponent(rule)}`,
        maxResponseBodySize: 65_536,
      },
    })
  })

  test('has the control plane asked who is logged in, and answer those who come back, with what targets are told taken from clients', () => {
    const config = { SessionCookieName: 'session', ...endpoints }
    const oidc: Action = { Type: 'authenticate-oidc', AuthenticateOidcConfig: config }
    const rules = [{ Actions: [oidc, forwardTo([1, 1])] }, { Actions: [forwardTo([1, 1])] }]
    const { http } = dynamicConfiguration(routingWorld({ listeners: [{ port: 81, entryPort: 9020, rules }], groups }))
    expect(http?.middlewares?.[`${first}-guard`]).toMatchObject({
      forwardAuth: {
        authResponseHeaders: ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken', 'x-amzn-oidc-identity'],
        addAuthCookiesToResponse: ['session-0', 'session-1', 'session-2', 'session-3', 'session-4', 'session-5'],
      },
    })
    expect(http?.routers?.[`${listener}-callback`]).toMatchObject({
      rule: 'Path("/oauth2/idpresponse")',
      priority: 3,
      parentRefs: [listener],
      service: 'noop@internal',
      middlewares: [`${listener}-callback`],
    })
    const listenerArn = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/web/0000000000000001/0000000000000001'
    expect(http?.middlewares?.[`${listener}-callback`]).toEqual({
      forwardAuth: {
        address: `http://kecs-control-plane.kecs-system:8081/gateway/guard?listener=${encodeURIComponent(listenerArn)}`,
        maxResponseBodySize: 65_536,
      },
    })
  })

  test('puts into answers what its attributes have of headers', () => {
    const attributes = {
      'routing.http.response.strict_transport_security.header_value': 'max-age=31536000',
      'routing.http.response.x_frame_options.header_value': 'DENY',
      'routing.http.response.content_security_policy.header_value': '',
      'routing.http.response.server.enabled': 'true',
    }
    const { http } = dynamicConfiguration(
      routingWorld({ listeners: [{ port: 80, entryPort: 9020, attributes, rules: [{ Actions: [forwardTo([1, 1])] }] }], groups }),
    )
    expect(http?.middlewares?.[`${listener}-answers`]).toEqual({
      headers: { customResponseHeaders: { 'Strict-Transport-Security': 'max-age=31536000', 'X-Frame-Options': 'DENY' } },
    })
    // Around what the listener itself does, so that its own pages have them too; on the door as well.
    for (const name of [listener, listener.replace('listener', 'door')])
      expect(http?.routers?.[name]?.middlewares).toEqual([`${listener}-answers`, listener])
  })

  test('asks clients for certificates where a listener wants them, and serves nobody while it does not know whom to believe', () => {
    const certificates = { own: { certFile: 'c', keyFile: 'k' } }
    const rules = [{ Actions: [forwardTo([1, 1])] }]
    const secure = { port: 443, entryPort: 9020, protocol: 'HTTPS', certificate: 'own', rules } as const
    const attributes = { 'routing.http.request.x_amzn_mtls_clientcert_leaf.header_name': 'X-Leaf' }
    const verify = { ...secure, attributes, mutual: { Mode: 'verify', TrustStoreArn: 'store', IgnoreClientCertificateExpiry: true } }
    const unread = dynamicConfiguration(routingWorld({ listeners: [verify], groups, certificates }))
    expect(unread.http?.routers).toBeUndefined()
    const trustStores = { store: { authorities: 'pem', revoked: ['bGlzdA==', 'b25l'] } }
    const { http, tls } = dynamicConfiguration(routingWorld({ listeners: [verify], groups, certificates, trustStores }))
    expect(http?.middlewares?.[listener]).toMatchObject({
      plugin: { kecs: { clients: 'verify', authorities: 'pem', revoked: 'bGlzdA== b25l', expired: 'true', leafHeader: 'X-Leaf' } },
    })
    expect(tls?.options?.[listener]?.clientAuth).toEqual({ clientAuthType: 'RequestClientCert' })
    const telling = { ...verify, mutual: { ...verify.mutual, AdvertiseTrustStoreCaNames: 'on' } } as const
    const told = dynamicConfiguration(routingWorld({ listeners: [telling], groups, certificates, trustStores }))
    expect(told.tls?.options?.[listener]?.clientAuth).toEqual({ clientAuthType: 'RequestClientCert', caFiles: ['pem'] })
    const passing = dynamicConfiguration(
      routingWorld({ listeners: [{ ...secure, mutual: { Mode: 'passthrough' } }], groups, certificates }),
    )
    expect(passing.http?.middlewares?.[listener]).toMatchObject({ plugin: { kecs: { clients: 'passthrough' } } })
    const off = dynamicConfiguration(routingWorld({ listeners: [verify, { ...secure, mutual: { Mode: 'off' } }], groups, certificates }))
    expect(off.tls?.options?.['listener-0000000000000002']).not.toHaveProperty('clientAuth')
  })

  test('gives new targets of a group with a slow start less, and says when it will be more', () => {
    const old = aTarget('10.0.0.1', 'healthy')
    const young = aTarget('10.0.0.2', 'healthy', { registeredAt: 1_000 })
    const slow = {
      row: aTargetGroup(1, {}, { 'slow_start.duration_seconds': '30' }),
      targets: [old, { ...young, health: { ...young.health!, since: 2_000 } }],
    }
    const changes: number[] = []
    const listeners = [{ port: 80, entryPort: 9020, rules: [{ Actions: [forwardTo([1, 1])] }] }]
    const { http } = dynamicConfiguration(routingWorld({ listeners, groups: [slow], now: 12_500, changes }))
    expect(http?.services?.[group(1)]).toMatchObject({
      loadBalancer: {
        servers: [
          { url: 'http://10.0.0.1:80', weight: 10 },
          { url: 'http://10.0.0.2:80', weight: 3 },
        ],
      },
    })
    expect(changes).toEqual([14_000])
    const later = dynamicConfiguration(routingWorld({ listeners, groups: [slow], now: 32_000 }))
    expect(later.http?.services?.[group(1)]).toMatchObject({
      loadBalancer: { servers: [{ url: 'http://10.0.0.1:80' }, { url: 'http://10.0.0.2:80' }] },
    })
  })

  test('sends what is for functions to the control plane, with the rule that it met, in the share of their groups', () => {
    const lambda = { TargetType: 'lambda', HealthCheckEnabled: false } as const
    const functions = [4, 5].map(number => ({ row: aTargetGroup(number, lambda), targets: [aTarget('arn:aws:lambda:function')] }))
    const rules = [{ Actions: [forwardTo([4, 2], [1, 5], [5, 3])] }, { Actions: [forwardTo([4, 1])] }]
    const { http } = dynamicConfiguration(
      routingWorld({ listeners: [{ port: 81, entryPort: 9020, rules }], groups: [...groups, ...functions] }),
    )
    expect(http?.services?.[first]).toEqual({
      weighted: {
        services: [
          { name: group(1), weight: 5 },
          { name: 'functions', weight: 5 },
        ],
      },
    })
    expect(http?.routers?.[second]).toMatchObject({ service: 'functions', middlewares: [forward, `${second}-function`] })
    expect(http?.services?.['functions']).toEqual({
      loadBalancer: { servers: [{ url: 'http://kecs-control-plane.kecs-system:8084' }], passHostHeader: true },
    })
    expect(http?.services?.[group(4)]).toBeUndefined()
    const arn =
      'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/app/web/0000000000000001/0000000000000001/0000000000000065'
    expect(http?.middlewares?.[`${second}-function`]).toEqual({ headers: { customRequestHeaders: { 'X-Kecs-Rule': arn } } })
  })

  test('is not there before it has a port of the gateway, and for HTTPS a certificate', () => {
    const rules = [{ Actions: [forwardTo([1, 1])] }]
    const pair = { certFile: 'C', keyFile: 'K' }
    expect(dynamicConfiguration(routingWorld({ listeners: [{ port: 80, rules }], groups })).http?.routers).toBeUndefined()
    const listeners = [{ port: 443, protocol: 'HTTPS' as const, certificate: 'arn', entryPort: 9020, rules }]
    expect(dynamicConfiguration(routingWorld({ listeners, groups })).http?.routers).toBeUndefined()
    const made = dynamicConfiguration(routingWorld({ listeners, groups, certificates: { arn: pair } }))
    expect(made.http?.routers?.[listener]).toMatchObject({ rule: 'PathPrefix(`/`) || Host(`*`)', tls: { options: listener } })
    expect(made.tls).toMatchObject({ certificates: [pair], stores: { default: { defaultCertificate: pair } } })
  })

  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-464-issues
  test('has clients refused that do not speak what all targets of a rule do', () => {
    const grpc = { row: aTargetGroup(4, { ProtocolVersion: 'GRPC' }), targets: [aTarget('10.0.0.4', 'healthy')] }
    const attributes = { 'routing.http.xff_client_port.enabled': 'true' }
    const rules = [forwardTo([1, 1]), forwardTo([4, 1]), forwardTo([1, 1], [4, 1]), forwardTo([1, 1])].map(action => ({
      Actions: [action],
    }))
    const listeners = [{ port: 81, entryPort: 9020, rules }]
    const { http } = dynamicConfiguration(routingWorld({ attributes, listeners, groups: [...groups, grpc] }))
    const names = Object.entries(http?.routers ?? {}).flatMap(([name, { middlewares }]) => (name === listener ? [] : [middlewares]))
    expect(names).toEqual([[forward], [`${listener}-forward-grpc`], [`${listener}-forward-any`], [forward]])
    const settings = { do: 'forward', forwardedFor: 'append', clientPort: 'true' }
    expect(http?.middlewares).toMatchObject({
      [forward]: { plugin: { kecs: { ...settings, version: 'HTTP1' } } },
      [`${listener}-forward-grpc`]: { plugin: { kecs: { ...settings, version: 'GRPC' } } },
    })
    expect(http?.middlewares?.[`${listener}-forward-any`]).toEqual({ plugin: { kecs: settings } })
  })

  test.each([
    ['HTTP', 'HTTP1', 'http'],
    ['HTTP', 'HTTP2', 'h2c'],
    ['HTTP', 'GRPC', 'h2c'],
    ['HTTPS', 'GRPC', 'https'],
  ] as const)('reaches targets of %s and %s by %s', (Protocol, ProtocolVersion, scheme) => {
    const row = aTargetGroup(1, { Protocol, ProtocolVersion })
    const state = routingWorld({
      listeners: [{ port: 81, entryPort: 9020, rules: [{ Actions: [forwardTo([1, 1])] }] }],
      groups: [{ row, targets: [aTarget('10.0.0.1')] }],
    })
    expect(dynamicConfiguration(state).http?.services?.[group(1)]).toMatchObject({
      loadBalancer: { servers: [{ url: `${scheme}://10.0.0.1:80` }] },
    })
  })
})

describe('a Network Load Balancer', () => {
  const of = (protocol: 'TCP' | 'UDP' | 'TCP_UDP' | 'QUIC', row = aTargetGroup(1, { Protocol: protocol, Port: 53 })) =>
    dynamicConfiguration(
      routingWorld({
        type: 'network',
        listeners: [{ port: 53, protocol, entryPort: 9022, rules: [{ Actions: [forwardTo([1, 1])] }] }],
        groups: [{ row, targets: [aTarget('10.0.0.1', 'healthy', {}, 53)] }],
      }),
    )

  test('is a router for TCP, for UDP or for both', () => {
    expect(of('TCP').tcp?.routers?.[listener]).toEqual({ entryPoints: ['tcp-9022'], rule: 'HostSNI(`*`)', service: listener })
    expect(of('TCP').udp).toBeUndefined()
    expect(of('UDP').udp?.services?.[group(1)]).toEqual({ loadBalancer: { servers: [{ address: '10.0.0.1:53' }] } })
    expect(of('UDP').tcp).toBeUndefined()
    expect(of('TCP_UDP').tcp?.routers?.[listener]?.entryPoints).toEqual(['tcp-9022'])
    expect(of('TCP_UDP').udp?.routers?.[listener]?.entryPoints).toEqual(['udp-9022'])
    expect(of('QUIC')).toEqual({})
  })

  test('speaks the proxy protocol and TLS to targets where their group says so', () => {
    const row = aTargetGroup(1, { Protocol: 'TLS', Port: 443 }, { 'proxy_protocol_v2.enabled': 'true' })
    const { tcp } = of('TCP', row)
    expect(tcp?.services?.[group(1)]).toMatchObject({ loadBalancer: { servers: [{ address: '10.0.0.1:53', tls: true }] } })
    expect(tcp?.serversTransports?.[group(1)]).toMatchObject({ proxyProtocol: { version: 2 }, tls: { insecureSkipVerify: true } })
  })

  test('reaches container instances at their node', () => {
    const row = aTargetGroup(1, { Protocol: 'TCP', Port: 80, TargetType: 'instance' })
    const state = routingWorld({
      type: 'network',
      listeners: [{ port: 80, protocol: 'TCP', entryPort: 9020, rules: [{ Actions: [forwardTo([1, 1])] }] }],
      groups: [{ row, targets: [aTarget('i-1', 'healthy', {}, 9001), aTarget('i-gone', 'healthy', {}, 9001)] }],
      instances: { 'i-1': '172.18.0.2' },
    })
    expect(dynamicConfiguration(state).tcp?.services?.[group(1)]).toMatchObject({
      loadBalancer: { servers: [{ address: '172.18.0.2:9001' }] },
    })
  })
})
