import { describe, expect, test } from 'bun:test'
import { aTarget, aTargetGroup, forwardTo, routingWorld } from '../../../../test/support/routing-world.ts'
import { sslPolicies } from '../ssl-policies.ts'
import { dynamicConfiguration } from './configuration.ts'
import { noProtocols } from './dynamic-configuration.ts'

const [first, second] = ['listener-0000000000000001', 'listener-0000000000000002']
const certificates = { own: { certFile: 'c', keyFile: 'k' } }
const groups = [{ row: aTargetGroup(1), targets: [aTarget('10.0.0.1', 'healthy')] }]
const rules = [{ Actions: [forwardTo([1, 1])] }]
const secure = { port: 443, entryPort: 9020, protocol: 'HTTPS', certificate: 'own', rules } as const

const optionsOf = (sslPolicy: string, attributes = {}) =>
  dynamicConfiguration(routingWorld({ listeners: [{ ...secure, sslPolicy }], groups, certificates, attributes })).tls?.options?.[first]

describe('an HTTPS listener', () => {
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
  test.each([
    ['TLS13-1-3-2021-06', 'VersionTLS13', 'VersionTLS13'],
    ['TLS13-1-2-2021-06', 'VersionTLS12', 'VersionTLS13'],
    ['TLS13-1-1-2021-06', 'VersionTLS11', 'VersionTLS13'],
    ['TLS13-1-0-2021-06', 'VersionTLS10', 'VersionTLS13'],
    ['TLS-1-2-2017-01', 'VersionTLS12', 'VersionTLS12'],
    ['TLS-1-1-2017-01', 'VersionTLS11', 'VersionTLS12'],
    ['2016-08', 'VersionTLS10', 'VersionTLS12'],
  ] as const)('with the policy %s speaks TLS from %s to %s', (name, minVersion, maxVersion) => {
    expect(optionsOf(`ELBSecurityPolicy-${name}`)).toMatchObject({ minVersion, maxVersion })
  })

  test('takes the ciphers of its policy, by the names of the IANA', () => {
    expect(optionsOf('ELBSecurityPolicy-TLS13-1-2-Res-2021-06')?.cipherSuites).toEqual([
      'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
      'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    ])
    expect(optionsOf('ELBSecurityPolicy-TLS13-1-3-2021-06')).not.toHaveProperty('cipherSuites')
    expect(optionsOf('ELBSecurityPolicy-TLS-1-0-2015-04')?.cipherSuites).toContain('TLS_RSA_WITH_3DES_EDE_CBC_SHA')
  })

  test('takes every cipher below TLS 1.3 of every policy but those that the gateway lacks', () => {
    const lacking = ['ECDHE-ECDSA-AES256-SHA384', 'ECDHE-RSA-AES256-SHA384', 'AES256-SHA256']
    for (const { Name = '', Ciphers = [] } of sslPolicies) {
      const below = Ciphers.filter(({ Name: cipher = '' }) => !cipher.startsWith('TLS_') && !lacking.includes(cipher))
      expect(optionsOf(Name)?.cipherSuites?.length ?? 0, Name).toBe(below.length)
    }
  })

  test('exchanges keys by hybrids with ML-KEM only where its policy is for that', () => {
    expect(optionsOf('ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09')?.curvePreferences).toContain('X25519MLKEM768')
    expect(optionsOf('ELBSecurityPolicy-TLS13-1-2-Res-2021-06')?.curvePreferences).not.toContain('X25519MLKEM768')
  })

  test('speaks HTTP/2 unless its load balancer is not to', () => {
    expect(optionsOf('ELBSecurityPolicy-2016-08')?.alpnProtocols).toEqual(['h2', 'http/1.1'])
    expect(optionsOf('ELBSecurityPolicy-2016-08', { 'routing.http2.enabled': 'false' })?.alpnProtocols).toEqual(['http/1.1'])
  })

  test('tells its targets what was agreed upon where its load balancer is to, by the names that it is told', () => {
    const attributes = { 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'true' }
    const listener = { ...secure, attributes: { 'routing.http.request.x_amzn_tls_version.header_name': 'X-Version' } }
    const { http } = dynamicConfiguration(routingWorld({ listeners: [listener], groups, certificates, attributes }))
    expect(http?.middlewares?.[first]).toMatchObject({ plugin: { kecs: { negotiated: 'true', versionHeader: 'X-Version' } } })
    const untold = dynamicConfiguration(routingWorld({ listeners: [listener], groups, certificates }))
    expect(untold.http?.middlewares?.[first]).not.toMatchObject({ plugin: { kecs: { negotiated: 'true' } } })
  })

  test('has options of its own, whatever other listeners have', () => {
    const listeners = [
      { ...secure, sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' },
      { ...secure, port: 8443, entryPort: 9021, sslPolicy: 'ELBSecurityPolicy-TLS-1-2-2017-01' },
    ]
    const { http, tls } = dynamicConfiguration(routingWorld({ listeners, groups, certificates }))
    expect(http?.routers?.[first]).toMatchObject({ entryPoints: ['tcp-9020'], tls: { options: first } })
    expect(http?.routers?.[second]).toMatchObject({ entryPoints: ['tcp-9021'], tls: { options: second } })
    expect(tls?.options?.[first]?.minVersion).toBe('VersionTLS13')
    expect(tls?.options?.[second]?.maxVersion).toBe('VersionTLS12')
  })
})

describe('a TLS listener', () => {
  const of = (alpnPolicy?: string) => {
    const listener = {
      ...secure,
      protocol: 'TLS',
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06',
      ...(alpnPolicy ? { alpnPolicy } : {}),
    } as const
    return dynamicConfiguration(routingWorld({ type: 'network', listeners: [listener], groups, certificates }))
  }

  test.each([undefined, 'None'])('with the ALPN policy %s agrees on no protocol', policy => {
    const { tcp, tls } = of(policy)
    expect(tcp?.routers).toEqual({ [first]: { entryPoints: ['tcp-9020'], rule: 'HostSNI(`*`)', service: first, tls: { options: first } } })
    expect(tls?.options).toMatchObject({ [first]: { minVersion: 'VersionTLS13', alpnProtocols: noProtocols } })
  })

  // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html#alpn-policies
  test.each([
    ['HTTP1Only', ['http/1.1', 'http/1.0']],
    ['HTTP2Only', ['h2']],
    ['HTTP2Optional', ['http/1.1', 'http/1.0', 'h2']],
    ['HTTP2Preferred', ['h2', 'http/1.1', 'http/1.0']],
  ])('with %s agrees on %p with clients that speak one of them, and lets others in', (policy, protocols) => {
    const { tcp, tls } = of(policy)
    const negotiated = `${first}-negotiated`
    expect(tcp?.routers?.[negotiated]).toMatchObject({
      rule: `HostSNI(\`*\`) && (${protocols.map(protocol => `ALPN(\`${protocol}\`)`).join(' || ')})`,
      service: first,
      tls: { options: negotiated },
    })
    expect(tcp?.routers?.[first]).toMatchObject({ rule: 'HostSNI(`*`)', tls: { options: first } })
    expect(tls?.options).toMatchObject({
      [first]: { alpnProtocols: noProtocols },
      [negotiated]: { minVersion: 'VersionTLS13', alpnProtocols: protocols },
    })
  })
})
