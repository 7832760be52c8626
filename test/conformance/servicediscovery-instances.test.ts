// The Cloud Map operations on instances and their discovery, driven by the AWS SDK as a user drives them.
import { describe, expect, test } from 'bun:test'
import {
  DeleteServiceCommand,
  DeregisterInstanceCommand,
  DiscoverInstancesCommand,
  DiscoverInstancesRevisionCommand,
  GetInstanceCommand,
  GetInstancesHealthStatusCommand,
  GetServiceCommand,
  InstanceNotFound,
  ListInstancesCommand,
  ListOperationsCommand,
  NamespaceNotFound,
  RegisterInstanceCommand,
  ServiceNotFound,
  UpdateInstanceCustomHealthStatusCommand,
} from '@aws-sdk/client-servicediscovery'
import { aRecords, cloudMapTests, errorOf } from './servicediscovery-harness.ts'

const { cloudMap, ended, httpNamespace, named, privateNamespace, publicNamespace, register, service } = cloudMapTests('instances')

describe('instances', () => {
  test('are registered, described, listed, discovered and deregistered', async () => {
    const NamespaceId = await privateNamespace('instances')
    const { Id: ServiceId, Name } = await service(NamespaceId, 'web', aRecords)
    const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: '80', version: '1' }
    const input = { ServiceId, InstanceId: 'one', Attributes, CreatorRequestId: named('instance') }
    const { OperationId } = await cloudMap.send(new RegisterInstanceCommand(input))
    expect(await ended(OperationId)).toMatchObject({
      Type: 'REGISTER_INSTANCE',
      Status: 'SUCCESS',
      Targets: { INSTANCE: 'one', SERVICE: ServiceId },
    })
    expect((await cloudMap.send(new RegisterInstanceCommand(input))).OperationId).toBe(OperationId)
    const reused = await errorOf(cloudMap.send(new RegisterInstanceCommand({ ...input, InstanceId: 'other' })))
    expect(reused).toMatchObject({ name: 'DuplicateRequest', DuplicateOperationId: OperationId })

    const { Instance } = await cloudMap.send(new GetInstanceCommand({ ServiceId, InstanceId: 'one' }))
    expect(Instance).toMatchObject({ Id: 'one', Attributes, CreatorRequestId: named('instance') })
    await register(ServiceId, 'two', { ...Attributes, AWS_INSTANCE_IPV4: '10.0.0.2', version: '2' })
    const first = await cloudMap.send(new ListInstancesCommand({ ServiceId, MaxResults: 1 }))
    const second = await cloudMap.send(new ListInstancesCommand({ ServiceId, MaxResults: 1, NextToken: first.NextToken }))
    expect([first, second].map(page => page.Instances?.map(instance => instance.Id))).toEqual([['one'], ['two']])
    expect(second.NextToken).toBeUndefined()
    expect((await cloudMap.send(new GetServiceCommand({ Id: ServiceId }))).Service?.InstanceCount).toBe(2)
    expect((await errorOf(cloudMap.send(new DeleteServiceCommand({ Id: ServiceId })))).message).toBe(
      'Service contains registered instances; delete the instances before deleting the service',
    )

    const place = { NamespaceName: named('instances'), ServiceName: Name }
    const discovered = async (more: object = {}) =>
      ((await cloudMap.send(new DiscoverInstancesCommand({ ...place, ...more }))).Instances ?? []).map(found => found.InstanceId).sort()
    expect(await discovered()).toEqual(['one', 'two'])
    expect(await discovered({ MaxResults: 1 })).toHaveLength(1)
    expect(await discovered({ QueryParameters: { version: '2' } })).toEqual(['two'])
    expect(await discovered({ QueryParameters: { version: '3' } })).toEqual([])
    expect(await discovered({ OptionalParameters: { version: '1' } })).toEqual(['one'])
    expect(await discovered({ OptionalParameters: { version: '3' } })).toEqual(['one', 'two'])
    // Without a health check the status chooses nothing.
    expect(await discovered({ HealthStatus: 'UNHEALTHY' })).toEqual(['one', 'two'])
    const [found] = (await cloudMap.send(new DiscoverInstancesCommand({ ...place, QueryParameters: { version: '1' } }))).Instances ?? []
    expect(found).toEqual({
      InstanceId: 'one',
      NamespaceName: named('instances'),
      ServiceName: 'web',
      HealthStatus: 'UNKNOWN',
      Attributes,
    })

    const revision = async () => (await cloudMap.send(new DiscoverInstancesRevisionCommand(place))).InstancesRevision ?? 0
    const before = await revision()
    const removed = await ended((await cloudMap.send(new DeregisterInstanceCommand({ ServiceId, InstanceId: 'one' }))).OperationId)
    expect(removed).toMatchObject({ Type: 'DEREGISTER_INSTANCE', Status: 'SUCCESS' })
    expect(await revision()).toBeGreaterThan(before)
    expect(await discovered()).toEqual(['two'])
    expect(await errorOf(cloudMap.send(new GetInstanceCommand({ ServiceId, InstanceId: 'one' })))).toBeInstanceOf(InstanceNotFound)
    expect(await errorOf(cloudMap.send(new DeregisterInstanceCommand({ ServiceId, InstanceId: 'one' })))).toBeInstanceOf(InstanceNotFound)

    const { Operations } = await cloudMap.send(
      new ListOperationsCommand({
        Filters: [
          { Name: 'SERVICE_ID', Values: [ServiceId] },
          { Name: 'STATUS', Values: ['SUCCESS', 'FAIL'], Condition: 'IN' },
          { Name: 'TYPE', Values: ['DEREGISTER_INSTANCE'], Condition: 'EQ' },
        ],
      }),
    )
    expect(Operations).toEqual([{ Id: removed.Id, Status: 'SUCCESS' }])
    const unknown = await errorOf(cloudMap.send(new DiscoverInstancesCommand({ ...place, ServiceName: 'none' })))
    expect(unknown).toBeInstanceOf(ServiceNotFound)
    const nowhere = await errorOf(cloudMap.send(new DiscoverInstancesCommand({ ...place, NamespaceName: 'none' })))
    expect(nowhere).toBeInstanceOf(NamespaceNotFound)
  })

  test('have a health that their owner tells', async () => {
    const { Id: ServiceId } = await service(await httpNamespace('health'), 'web', { HealthCheckCustomConfig: { FailureThreshold: 1 } })
    await register(ServiceId, 'a', { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' })
    await register(ServiceId, 'b')
    const place = { NamespaceName: named('health'), ServiceName: 'web' }
    const revision = (await cloudMap.send(new DiscoverInstancesRevisionCommand(place))).InstancesRevision
    const discovered = async (HealthStatus?: 'HEALTHY' | 'UNHEALTHY' | 'ALL' | 'HEALTHY_OR_ELSE_ALL') =>
      ((await cloudMap.send(new DiscoverInstancesCommand({ ...place, HealthStatus }))).Instances ?? [])
        .map(found => found.InstanceId)
        .sort()
    expect((await cloudMap.send(new GetInstancesHealthStatusCommand({ ServiceId }))).Status).toEqual({ a: 'UNHEALTHY', b: 'HEALTHY' })
    expect(await discovered()).toEqual(['b'])
    expect(await discovered('UNHEALTHY')).toEqual(['a'])
    expect(await discovered('ALL')).toEqual(['a', 'b'])
    expect(await discovered('HEALTHY_OR_ELSE_ALL')).toEqual(['b'])
    await cloudMap.send(new UpdateInstanceCustomHealthStatusCommand({ ServiceId, InstanceId: 'b', Status: 'UNHEALTHY' }))
    expect(await discovered('HEALTHY')).toEqual([])
    expect(await discovered('HEALTHY_OR_ELSE_ALL')).toEqual(['a', 'b'])
    const { Status } = await cloudMap.send(new GetInstancesHealthStatusCommand({ ServiceId, Instances: ['b'] }))
    expect(Status).toEqual({ b: 'UNHEALTHY' })
    const { InstancesRevision } = await cloudMap.send(new DiscoverInstancesRevisionCommand(place))
    expect(InstancesRevision).toBe(revision ?? 0)

    const plain = await service(await httpNamespace('plain'), 'web')
    await register(plain.Id, 'a')
    const update = new UpdateInstanceCustomHealthStatusCommand({ ServiceId: plain.Id, InstanceId: 'a', Status: 'HEALTHY' })
    expect((await errorOf(cloudMap.send(update))).name).toBe('CustomHealthNotFound')
  })

  const many = (count: number, length = 1) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v'.repeat(length)]))
  const refused: readonly (readonly ['A' | 'AAAA' | 'CNAME' | 'SRV' | 'http' | 'checked', Record<string, string>, string])[] = [
    ['A', {}, 'Required attribute(s) AWS_INSTANCE_IPV4 are missing.'],
    ['AAAA', {}, 'Required attribute(s) AWS_INSTANCE_IPV6 are missing.'],
    ['CNAME', {}, 'Required attribute(s) AWS_INSTANCE_CNAME are missing.'],
    ['SRV', { AWS_INSTANCE_IPV4: '10.0.0.1' }, 'Required attribute(s) AWS_INSTANCE_PORT are missing.'],
    ['SRV', { AWS_INSTANCE_PORT: '80' }, 'At least one of AWS_INSTANCE_IPV4 AWS_INSTANCE_IPV6 is required.'],
    ['A', { AWS_ALIAS_DNS_NAME: 'lb' }, 'ALIAS instance can be registered only in services with WEIGHTED routing policy'],
    [
      'A',
      { AWS_EC2_INSTANCE_ID: 'i-1' },
      'AWS_EC2_INSTANCE_ID provided in namespace type DNS_PUBLIC. It is only supported in HTTP namespace',
    ],
    ['checked', { AWS_INSTANCE_IPV4: '1.1.1.1' }, 'A port must be supplied in order to register this instance.'],
    ['checked', { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: '80' }, 'IPv4 address 10.0.0.1 is forbidden for healthChecks'],
    [
      'http',
      { AWS_EC2_INSTANCE_ID: 'i-1', AWS_INSTANCE_PORT: '80' },
      'Invalid combination of attributes received. AWS_EC2_INSTANCE_ID is not supported with [AWS_INSTANCE_PORT].',
    ],
    ['http', { AWS_INIT_HEALTH_STATUS: 'UNKNOWN' }, 'No enum constant com.amazon.route53.autonaming.model.InitHealthStatus.UNKNOWN'],
    ['http', { AWS_MY_ATTR: 'v' }, 'Invalid attribute: [AWS_MY_ATTR]. [aws_] prefix is reserved for AWS attributes.'],
    ['http', many(6, 1000), 'Instance attributes too large. Maximum allowed size of all attributes is 5000 characters.'],
    ['http', many(31), `Too many attributes provided: [${Object.keys(many(31)).join(', ')}]. The current limit is 30`],
  ]
  test('are refused in the words of AWS', async () => {
    const http = await httpNamespace('attributes-refused')
    const dns = await publicNamespace('attributes-refused')
    const records = (Type: 'A' | 'AAAA' | 'CNAME' | 'SRV') => ({
      DnsConfig: { RoutingPolicy: Type === 'CNAME' ? ('WEIGHTED' as const) : ('MULTIVALUE' as const), DnsRecords: [{ Type, TTL: 10 }] },
    })
    const services = {
      A: await service(dns, 'a', records('A')),
      AAAA: await service(dns, 'aaaa', records('AAAA')),
      CNAME: await service(dns, 'cname', records('CNAME')),
      SRV: await service(dns, 'srv', records('SRV')),
      http: await service(http, 'http'),
      checked: await service(dns, 'checked', { ...records('A'), HealthCheckConfig: { Type: 'HTTP', FailureThreshold: 1 } }),
    }
    expect(services.checked.HealthCheckConfig).toEqual({ Type: 'HTTP', ResourcePath: '/', FailureThreshold: 1 })
    for (const [kind, Attributes, message] of refused) {
      const input = { ServiceId: services[kind].Id, InstanceId: 'one', Attributes }
      const error = await errorOf(cloudMap.send(new RegisterInstanceCommand(input)))
      expect([error.name, error.message]).toEqual(['InvalidInput', message])
    }
    const id = await errorOf(
      cloudMap.send(new RegisterInstanceCommand({ ServiceId: services.http.Id, InstanceId: 'bad id!', Attributes: {} })),
    )
    expect(id.message).toBe(
      "1 validation error detected: Value 'bad id!' at 'instanceId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z_/:.@-]+$",
    )
  })
})
