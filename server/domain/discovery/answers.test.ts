import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { DnsConfig } from '../../aws/generated/servicediscovery.ts'
import type { DiscoveryServiceRow, InstanceRow, NamespaceRow } from '../../store/servicediscovery-tables.ts'
import { type Zones, answer, mostAnswers } from './answers.ts'

const namespace = (Name: string): NamespaceRow => ({
  scope: 's',
  namespace: { Id: Name, Arn: `ns/${Name}`, Name, Type: 'DNS_PRIVATE', Properties: { DnsProperties: { SOA: { TTL: 60 } } } },
  httpName: Name,
  tags: [],
  createdBy: { operation: 'o', operationId: 'o' },
})

const service = (Name: string, DnsConfig: Partial<DnsConfig> | undefined, hasHealth = true): DiscoveryServiceRow => ({
  scope: 's',
  namespaceArn: 'ns/corp.test',
  service: {
    Id: Name,
    Arn: `srv/${Name}`,
    Name,
    NamespaceId: 'corp.test',
    ...(DnsConfig === undefined ? {} : { DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 10 }], ...DnsConfig } }),
    ...(hasHealth ? { HealthCheckCustomConfig: {} } : {}),
  },
  attributes: {},
  tags: [],
  instancesRevision: 1,
  requestDigest: '',
})

const instance = (Id: string, Attributes: Record<string, string>, customHealth: 'HEALTHY' | 'UNHEALTHY' = 'HEALTHY'): InstanceRow => ({
  scope: 's',
  serviceArn: 'srv/web',
  instance: { Id, Attributes },
  customHealth,
  registeredAt: 0,
})
const at = (last: number, health: 'HEALTHY' | 'UNHEALTHY' = 'HEALTHY') =>
  instance(`i${last}`, { AWS_INSTANCE_IPV4: `10.0.0.${last}`, AWS_INSTANCE_PORT: '8080' }, health)

const world = (row: DiscoveryServiceRow, instances: readonly InstanceRow[]): Zones => ({
  namespaces: name => (name === 'corp.test' ? [namespace(name)] : []),
  services: () => [row],
  instances: () => instances,
  random: () => 0.5,
})

const web = (dns: Partial<DnsConfig> = {}) => service('web', dns)
const data = (name: string, type: string, zones: Zones) => answer(name, type, zones).records.map(record => record.data)

describe('a name of a service', () => {
  test('has the addresses of its healthy instances, with the TTL of the record', () => {
    const zones = world(web(), [at(1), at(2, 'UNHEALTHY'), at(3)])
    expect(answer('Web.Corp.test', 'A', zones)).toEqual({
      is: 'found',
      records: [
        { name: 'web.corp.test', type: 'A', ttl: 10, data: '10.0.0.1' },
        { name: 'web.corp.test', type: 'A', ttl: 10, data: '10.0.0.3' },
      ],
      additional: [],
      zone: { name: 'corp.test', ttl: 60 },
    })
  })

  test('has all of them where none is healthy', () => {
    expect(data('web.corp.test', 'A', world(web(), [at(1, 'UNHEALTHY'), at(2, 'UNHEALTHY')]))).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  test('has one where it is weighted', () => {
    expect(data('web.corp.test', 'A', world(web({ RoutingPolicy: 'WEIGHTED' }), [at(1, 'UNHEALTHY'), at(2), at(3)]))).toEqual(['10.0.0.2'])
  })

  test('has ports, and names of instances with their addresses', () => {
    const zones = world(web({ DnsRecords: [{ Type: 'SRV', TTL: 5 }] }), [at(1)])
    const address = { name: 'i1.web.corp.test', type: 'A', ttl: 5, data: '10.0.0.1' } as const
    expect(answer('web.corp.test', 'SRV', zones)).toMatchObject({
      records: [{ type: 'SRV', ttl: 5, data: { priority: 1, weight: 1, port: 8080, target: 'i1.web.corp.test' } }],
      additional: [address],
    })
    expect(answer('i1.web.corp.test', 'A', zones).records).toEqual([address])
  })

  test('has what its records say, and no address of another family', () => {
    const alias = instance('c', { AWS_INSTANCE_CNAME: 'db.example.com' })
    const zones = world(web({ RoutingPolicy: 'WEIGHTED', DnsRecords: [{ Type: 'CNAME', TTL: 7 }] }), [alias])
    expect(data('web.corp.test', 'CNAME', zones)).toEqual(['db.example.com'])
    expect(data('web.corp.test', 'A', zones)).toEqual(['db.example.com'])
    expect(answer('web.corp.test', 'AAAA', world(web(), [at(1)]))).toMatchObject({ is: 'found', records: [] })
  })
})

describe('a name that has no records', () => {
  const zones = world(web(), [at(1)])
  test.each([
    ['of a zone is known', 'corp.test', 'found'],
    ['that nobody has is not', 'db.corp.test', 'unknown'],
    ['below a service is not', 'x.web.corp.test', 'unknown'],
    ['of another zone is refused', 'web.other.test', 'refused'],
  ] as const)('%s', (_, name, is) => {
    expect(answer(name, 'A', zones)).toMatchObject({ is, records: [] })
  })

  test('of a service without instances, or without records, is not known', () => {
    expect(answer('web.corp.test', 'A', world(web(), [])).is).toBe('unknown')
    expect(answer('web.corp.test', 'A', world(service('web', undefined), [at(1)])).is).toBe('unknown')
  })

  test('above a service with dots is known', () => {
    expect(answer('b.corp.test', 'A', world(service('a.b', {}), [at(1)]))).toMatchObject({ is: 'found', records: [] })
  })
})

test('property: answers are at most eight different instances, healthy ones where there are any, whatever is random', () => {
  const healths = fc.array(fc.constantFrom('HEALTHY' as const, 'UNHEALTHY' as const), { maxLength: 30 })
  fc.assert(
    fc.property(healths, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (states, randoms) => {
      const rows = states.map((state, index) => at(index, state))
      const zones = { ...world(web(), rows), random: () => randoms.next().value ?? 0 }
      const found = data('web.corp.test', 'A', zones)
      const healthy = states.flatMap((state, index) => (state === 'HEALTHY' ? [`10.0.0.${index}`] : []))
      const from = healthy.length > 0 ? healthy : rows.map((_, index) => `10.0.0.${index}`)
      expect(new Set(found).size).toBe(found.length)
      expect(found.length).toBe(Math.min(mostAnswers, from.length))
      expect(found.filter(address => typeof address !== 'string' || !from.includes(address))).toEqual([])
    }),
  )
})
