// The Cloud Map operations on services, driven by the AWS SDK as a user drives them.
import { describe, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  DeleteServiceAttributesCommand,
  DeleteServiceCommand,
  GetNamespaceCommand,
  GetServiceAttributesCommand,
  GetServiceCommand,
  ListServicesCommand,
  NamespaceNotFound,
  ServiceAlreadyExists,
  ServiceNotFound,
  UpdateServiceAttributesCommand,
  UpdateServiceCommand,
  type CreateServiceCommandInput,
  type ServiceChange,
  type ServiceFilter,
} from '@aws-sdk/client-servicediscovery'
import { aRecords, cloudMapTests, errorOf } from './servicediscovery-harness.ts'

const { cloudMap, ended, httpNamespace, named, privateNamespace, publicNamespace, service } = cloudMapTests('services')

describe('services', () => {
  test('are made, described, changed, listed and removed', async () => {
    const NamespaceId = await privateNamespace('services')
    const create = { Name: 'backend', Description: 'first', CreatorRequestId: named('service'), ...aRecords, HealthCheckCustomConfig: {} }
    const first = await service(NamespaceId, 'backend', create)
    expect(first).toMatchObject({
      Name: 'backend',
      NamespaceId,
      InstanceCount: 0,
      DnsConfig: { NamespaceId, RoutingPolicy: 'MULTIVALUE', DnsRecords: [{ Type: 'A', TTL: 10 }] },
      HealthCheckCustomConfig: { FailureThreshold: 1 },
      Type: 'DNS_HTTP',
    })
    expect(first.Arn).toMatch(/^arn:aws:servicediscovery:us-east-1:\d{12}:service\/srv-[a-z0-9]{16}$/)
    expect(await service(NamespaceId, 'backend', create)).toEqual(first)
    expect((await cloudMap.send(new GetServiceCommand({ Id: first.Arn }))).Service).toMatchObject({ Id: first.Id, InstanceCount: 0 })

    const exists = await errorOf(cloudMap.send(new CreateServiceCommand({ NamespaceId, Name: 'Backend', ...aRecords })))
    expect(exists).toBeInstanceOf(ServiceAlreadyExists)
    expect(exists).toMatchObject({ ServiceId: first.Id, CreatorRequestId: named('service') })

    const change: ServiceChange = { Description: 'second', DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 60 }] } }
    const updated = await ended((await cloudMap.send(new UpdateServiceCommand({ Id: first.Id, Service: change }))).OperationId)
    expect(updated).toMatchObject({ Type: 'UPDATE_SERVICE', Status: 'SUCCESS', Targets: { SERVICE: first.Id } })
    const after = (await cloudMap.send(new GetServiceCommand({ Id: first.Id }))).Service
    expect(after?.DnsConfig).toEqual({ NamespaceId, RoutingPolicy: 'MULTIVALUE', DnsRecords: [{ Type: 'A', TTL: 60 }] })
    expect(after?.HealthCheckCustomConfig).toEqual({ FailureThreshold: 1 })

    const Filters: ServiceFilter[] = [{ Name: 'NAMESPACE_ID', Values: [NamespaceId] }]
    const { Services } = await cloudMap.send(new ListServicesCommand({ Filters }))
    expect(Services?.map(found => found.Name)).toEqual(['backend'])
    expect((await cloudMap.send(new GetNamespaceCommand({ Id: NamespaceId }))).Namespace?.ServiceCount).toBe(1)

    await cloudMap.send(new DeleteServiceCommand({ Id: first.Id }))
    expect(await errorOf(cloudMap.send(new GetServiceCommand({ Id: first.Id })))).toBeInstanceOf(ServiceNotFound)
  })

  test('have attributes of their own', async () => {
    const { Id: ServiceId } = await service(await httpNamespace('attributes'), 'web')
    await cloudMap.send(new UpdateServiceAttributesCommand({ ServiceId, Attributes: { port: '80', tier: 'front' } }))
    await cloudMap.send(new UpdateServiceAttributesCommand({ ServiceId, Attributes: { port: '81' } }))
    await cloudMap.send(new DeleteServiceAttributesCommand({ ServiceId, Attributes: ['tier', 'never'] }))
    const { ServiceAttributes } = await cloudMap.send(new GetServiceAttributesCommand({ ServiceId }))
    expect(ServiceAttributes?.Attributes).toEqual({ port: '81' })
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, 'v']))
    const error = await errorOf(cloudMap.send(new UpdateServiceAttributesCommand({ ServiceId, Attributes: many })))
    expect(error.name).toBe('ServiceAttributesLimitExceededException')
  })

  const dns = (RoutingPolicy: 'MULTIVALUE' | 'WEIGHTED', ...types: ('A' | 'CNAME')[]) => ({
    DnsConfig: { RoutingPolicy, DnsRecords: types.map(Type => ({ Type, TTL: 10 })) },
  })
  const check = (Type: 'HTTP' | 'TCP', ResourcePath?: string) => ({ HealthCheckConfig: { Type, ResourcePath, FailureThreshold: 1 } })
  const refused: readonly (readonly ['http' | 'private' | 'public', Partial<CreateServiceCommandInput>, string])[] = [
    ['http', { NamespaceId: undefined }, 'Service namespace id cannot be null'],
    ['http', aRecords, "When you create a service using a namespace that has a type of HTTP, you can't include a DnsConfig element."],
    ['public', { Type: 'HTTP', ...aRecords }, "When you create a service with a type of HTTP, you can't include a DnsConfig element."],
    ['public', dns('MULTIVALUE', 'A', 'A'), 'Duplicate resource record typeAin DNS config is not expected'],
    ['public', dns('WEIGHTED', 'A', 'CNAME'), 'DnsRecord Type CNAME cannot be combined with other types'],
    ['public', dns('MULTIVALUE', 'CNAME'), 'WEIGHTED routing policy must be used with DNS Record Type CNAME'],
    [
      'public',
      { ...dns('WEIGHTED', 'CNAME'), ...check('HTTP') },
      'Health check config must not be used. Health checks are not supported for CNAME',
    ],
    ['public', { ...aRecords, ...check('TCP', '/health') }, 'TCP health checks must not have a resource path specified.'],
    ['private', { ...aRecords, ...check('HTTP') }, 'Health check config cannot be applied to a service with private namespace'],
  ]
  test('are refused in the words of AWS', async () => {
    const ids = {
      http: await httpNamespace('refuse'),
      private: await privateNamespace('refuse-dns'),
      public: await publicNamespace('refuse'),
    }
    for (const [kind, input, message] of refused) {
      const error = await errorOf(cloudMap.send(new CreateServiceCommand({ NamespaceId: ids[kind], Name: 'web', ...input })))
      expect([error.name, error.message]).toEqual(['InvalidInput', message])
    }
    const missing = await errorOf(cloudMap.send(new CreateServiceCommand({ NamespaceId: 'ns-none', Name: 'web' })))
    expect(missing).toBeInstanceOf(NamespaceNotFound)
  })
})
