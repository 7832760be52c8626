// Every Cloud Map operation, driven by the AWS SDK as a user drives it: against `kecs serve`, or a cluster where
// KECS_TEST_ENDPOINT names one. Others may use the same endpoint: names are this run's own.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateHttpNamespaceCommand,
  CreatePrivateDnsNamespaceCommand,
  CreatePublicDnsNamespaceCommand,
  CreateServiceCommand,
  DeleteNamespaceCommand,
  DeleteServiceAttributesCommand,
  DeleteServiceCommand,
  DeregisterInstanceCommand,
  DiscoverInstancesCommand,
  DiscoverInstancesRevisionCommand,
  GetInstanceCommand,
  GetInstancesHealthStatusCommand,
  GetNamespaceCommand,
  GetOperationCommand,
  GetServiceAttributesCommand,
  GetServiceCommand,
  InstanceNotFound,
  ListInstancesCommand,
  ListNamespacesCommand,
  ListOperationsCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  NamespaceAlreadyExists,
  NamespaceNotFound,
  paginateListInstances,
  paginateListNamespaces,
  paginateListServices,
  RegisterInstanceCommand,
  ResourceNotFoundException,
  ServiceAlreadyExists,
  ServiceDiscoveryClient,
  ServiceNotFound,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateHttpNamespaceCommand,
  UpdateInstanceCustomHealthStatusCommand,
  UpdatePrivateDnsNamespaceCommand,
  UpdatePublicDnsNamespaceCommand,
  UpdateServiceAttributesCommand,
  UpdateServiceCommand,
  type CreateServiceCommandInput,
  type NamespaceFilter,
  type Operation,
  type ServiceChange,
  type ServiceFilter,
} from '@aws-sdk/client-servicediscovery'
import { openEndpoint, type TestEndpoint } from '../support/endpoint.ts'
import { until } from '../support/until.ts'

const unique = `sd-${process.pid}-${Date.now().toString(36)}`
const named = (name: string) => `${unique}-${name}`

let endpoint: TestEndpoint
let cloudMap: ServiceDiscoveryClient
const madeNamespaces = new Set<string>()

beforeAll(async () => {
  endpoint = await openEndpoint()
  // DiscoverInstances puts `data-` before the endpoint's host, which is then no name of this machine.
  cloudMap = new ServiceDiscoveryClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    disableHostPrefix: true,
  })
}, 60_000)

afterAll(async () => {
  for (const id of madeNamespaces) await remove(id)
  await endpoint.close()
}, 120_000)

async function remove(namespaceId: string): Promise<void> {
  const services = paginateListServices({ client: cloudMap }, { Filters: [{ Name: 'NAMESPACE_ID', Values: [namespaceId] }] })
  for await (const { Services = [] } of services) {
    for (const { Id } of Services) {
      for await (const { Instances = [] } of paginateListInstances({ client: cloudMap }, { ServiceId: Id })) {
        for (const instance of Instances) await cloudMap.send(new DeregisterInstanceCommand({ ServiceId: Id, InstanceId: instance.Id }))
      }
      await cloudMap.send(new DeleteServiceCommand({ Id }))
    }
  }
  await cloudMap.send(new DeleteNamespaceCommand({ Id: namespaceId })).catch((error: unknown) => {
    if (!(error instanceof NamespaceNotFound)) throw error
  })
}

/** The operation once it has come to its end. */
const ended = (OperationId: string | undefined): Promise<Operation> =>
  until('the operation ends', async () => {
    const { Operation: operation } = await cloudMap.send(new GetOperationCommand({ OperationId }))
    return operation?.Status === 'SUCCESS' || operation?.Status === 'FAIL' ? operation : undefined
  })

async function made({ OperationId }: { OperationId?: string | undefined }): Promise<string> {
  const operation = await ended(OperationId)
  expect(operation).toMatchObject({ Id: OperationId, Type: 'CREATE_NAMESPACE', Status: 'SUCCESS' })
  const id = operation.Targets?.NAMESPACE ?? ''
  madeNamespaces.add(id)
  return id
}

const httpNamespace = async (name: string) => made(await cloudMap.send(new CreateHttpNamespaceCommand({ Name: named(name) })))
const privateNamespace = async (name: string, Vpc = 'vpc-1') =>
  made(await cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: named(name), Vpc })))
const publicNamespace = async (name: string) =>
  made(await cloudMap.send(new CreatePublicDnsNamespaceCommand({ Name: `${named(name)}.example.com` })))

async function service(NamespaceId: string, Name: string, more: Partial<CreateServiceCommandInput> = {}) {
  const { Service } = await cloudMap.send(new CreateServiceCommand({ NamespaceId, Name, ...more }))
  if (Service?.Id === undefined) throw new Error('CreateService answered nothing')
  return { ...Service, Id: Service.Id }
}

const register = async (ServiceId: string, InstanceId: string, Attributes: Record<string, string> = {}) =>
  ended((await cloudMap.send(new RegisterInstanceCommand({ ServiceId, InstanceId, Attributes }))).OperationId)

const errorOf = async (call: Promise<unknown>): Promise<Error> => {
  const error = await call.then(
    () => undefined,
    (reason: Error) => reason,
  )
  if (error === undefined) throw new Error('the call was not refused')
  return error
}

const aRecords: Partial<CreateServiceCommandInput> = { DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 10 }] } }

describe('namespaces', () => {
  test('of HTTP are made, described, changed, listed and removed', async () => {
    const create = new CreateHttpNamespaceCommand({ Name: named('life'), Description: 'first', CreatorRequestId: named('token') })
    const first = await cloudMap.send(create)
    expect(first.OperationId).toMatch(/^[a-z0-9]{32}-[a-z0-9]{8}$/)
    expect((await cloudMap.send(create)).OperationId).toBe(first.OperationId)
    const Id = await made(first)
    expect(Id).toMatch(/^ns-[a-z0-9]{16}$/)

    const { Namespace } = await cloudMap.send(new GetNamespaceCommand({ Id }))
    expect(Namespace).toMatchObject({
      Id,
      Name: named('life'),
      Type: 'HTTP',
      Description: 'first',
      ServiceCount: 0,
      Properties: { HttpProperties: { HttpName: named('life') } },
      CreatorRequestId: named('token'),
    })
    expect(Namespace?.Arn).toMatch(new RegExp(`^arn:aws:servicediscovery:us-east-1:\\d{12}:namespace/${Id}$`))
    expect(Namespace?.CreateDate).toBeInstanceOf(Date)
    expect((await cloudMap.send(new GetNamespaceCommand({ Id: Namespace?.Arn }))).Namespace).toEqual(Namespace)

    const update = new UpdateHttpNamespaceCommand({ Id, Namespace: { Description: 'second' } })
    const { OperationId } = await cloudMap.send(update)
    expect(await ended(OperationId)).toMatchObject({ Type: 'UPDATE_NAMESPACE', Status: 'SUCCESS', Targets: { NAMESPACE: Id } })
    expect((await cloudMap.send(new GetNamespaceCommand({ Id }))).Namespace?.Description).toBe('second')

    const Filters: NamespaceFilter[] = [{ Name: 'NAME', Values: [named('life')], Condition: 'EQ' }]
    const { Namespaces } = await cloudMap.send(new ListNamespacesCommand({ Filters: [...Filters, { Name: 'TYPE', Values: ['HTTP'] }] }))
    expect(Namespaces?.map(namespace => namespace.Id)).toEqual([Id])

    const listed = await cloudMap.send(new ListOperationsCommand({ Filters: [{ Name: 'NAMESPACE_ID', Values: [Id] }] }))
    expect(listed.Operations).toEqual([
      { Id: first.OperationId, Status: 'SUCCESS' },
      { Id: OperationId, Status: 'SUCCESS' },
    ])

    const removed = await ended((await cloudMap.send(new DeleteNamespaceCommand({ Id }))).OperationId)
    expect(removed).toMatchObject({ Type: 'DELETE_NAMESPACE', Status: 'SUCCESS', Targets: { NAMESPACE: Id } })
    const gone = await errorOf(cloudMap.send(new GetNamespaceCommand({ Id })))
    expect(gone).toBeInstanceOf(NamespaceNotFound)
  })

  test('of HTTP have names of their own', async () => {
    const Id = await httpNamespace('taken')
    const error = await errorOf(cloudMap.send(new CreateHttpNamespaceCommand({ Name: named('taken') })))
    expect(error).toBeInstanceOf(NamespaceAlreadyExists)
    expect(error).toMatchObject({ NamespaceId: Id })
    expect(error.message).toMatch(/^Another operation of type CreateHttpNamespace and id [a-z0-9]{32}-[a-z0-9]{8} has completed$/)
  })

  test('of private DNS are one for each name and VPC', async () => {
    const Properties = { DnsProperties: { SOA: { TTL: 60 } } }
    const Id = await made(await cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: named('local'), Vpc: 'vpc-1', Properties })))
    const { Namespace } = await cloudMap.send(new GetNamespaceCommand({ Id }))
    expect(Namespace).toMatchObject({ Type: 'DNS_PRIVATE', Properties: { DnsProperties: { SOA: { TTL: 60 } } } })
    expect(Namespace?.Properties?.DnsProperties?.HostedZoneId).toMatch(/^Z[A-Z0-9]{20}$/)

    const { OperationId } = await cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: named('local'), Vpc: 'vpc-1' }))
    const failed = await ended(OperationId)
    expect(failed).toMatchObject({ Status: 'FAIL', ErrorCode: 'CANNOT_CREATE_HOSTED_ZONE' })
    expect(failed.ErrorMessage).toStartWith(
      `The VPC that you chose, vpc-1 in region us-east-1, is already associated with another private hosted zone that has an overlapping name space, ${named('local')}..`,
    )

    const other = await privateNamespace('local', 'vpc-2')
    const httpName = (await cloudMap.send(new GetNamespaceCommand({ Id: other }))).Namespace?.Properties?.HttpProperties?.HttpName
    expect(httpName).toMatch(new RegExp(`^${named('local')}.+`))
    const Filters: NamespaceFilter[] = [{ Name: 'HTTP_NAME', Values: [httpName ?? ''] }]
    expect((await cloudMap.send(new ListNamespacesCommand({ Filters }))).Namespaces?.map(found => found.Id)).toEqual([other])

    const change = { Properties: { DnsProperties: { SOA: { TTL: 5 } } } }
    await ended((await cloudMap.send(new UpdatePrivateDnsNamespaceCommand({ Id, Namespace: change }))).OperationId)
    const changed = (await cloudMap.send(new GetNamespaceCommand({ Id }))).Namespace
    expect(changed?.Properties?.DnsProperties).toEqual({
      HostedZoneId: Namespace?.Properties?.DnsProperties?.HostedZoneId,
      SOA: { TTL: 5 },
    })
    const wrongType = await errorOf(cloudMap.send(new UpdateHttpNamespaceCommand({ Id, Namespace: { Description: '' } })))
    expect(wrongType.name).toBe('InvalidInput')
  })

  test('of public DNS', async () => {
    const Id = await publicNamespace('public')
    await ended((await cloudMap.send(new UpdatePublicDnsNamespaceCommand({ Id, Namespace: { Description: 'seen' } }))).OperationId)
    const { Namespace } = await cloudMap.send(new GetNamespaceCommand({ Id }))
    expect(Namespace).toMatchObject({ Type: 'DNS_PUBLIC', Description: 'seen', Properties: { DnsProperties: { SOA: { TTL: 15 } } } })
    const refused = await errorOf(cloudMap.send(new CreatePublicDnsNamespaceCommand({ Name: 'single' })))
    expect(refused.name).toBe('InvalidInput')
    expect(refused.message).toStartWith("1 validation error detected: Value 'single' at 'name' failed to satisfy constraint:")
  })

  test('with services stay', async () => {
    const Id = await httpNamespace('held')
    await service(Id, 'web')
    const error = await errorOf(cloudMap.send(new DeleteNamespaceCommand({ Id })))
    expect(error.name).toBe('ResourceInUse')
    expect(error.message).toBe('Namespace has associated services; delete the services before deleting the namespace')
  })

  test('are paged; a token that was altered or is of another listing is refused', async () => {
    const ids = [await httpNamespace('page-1'), await httpNamespace('page-2'), await httpNamespace('page-3')]
    const Filters: NamespaceFilter[] = [{ Name: 'NAME', Values: [named('page-')], Condition: 'BEGINS_WITH' }]
    const found: string[] = []
    for await (const page of paginateListNamespaces({ client: cloudMap, pageSize: 1 }, { Filters })) {
      expect(page.Namespaces?.length).toBe(1)
      found.push(...(page.Namespaces ?? []).map(namespace => namespace.Id ?? ''))
    }
    expect(found.sort()).toEqual(ids.sort())
    const { NextToken } = await cloudMap.send(new ListNamespacesCommand({ Filters, MaxResults: 1 }))
    const other = await errorOf(cloudMap.send(new ListServicesCommand({ NextToken })))
    expect(other.name).toBe('InvalidInput')
    const altered = await errorOf(cloudMap.send(new ListNamespacesCommand({ Filters, NextToken: `${NextToken}x` })))
    expect(altered.name).toBe('InvalidInput')
  })
})

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

describe('tags', () => {
  test('of namespaces and services', async () => {
    const Id = await made(await cloudMap.send(new CreateHttpNamespaceCommand({ Name: named('tags'), Tags: [{ Key: 'team', Value: 'a' }] })))
    const tagsOf = async (ResourceARN: string | undefined) =>
      (await cloudMap.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags?.sort((one, other) =>
        String(one.Key) < String(other.Key) ? -1 : 1,
      )
    const arn = (await cloudMap.send(new GetNamespaceCommand({ Id }))).Namespace?.Arn
    const web = await service(Id, 'web', { Tags: [{ Key: 'tier', Value: 'front' }] })
    expect(await tagsOf(arn)).toEqual([{ Key: 'team', Value: 'a' }])
    const Tags = [
      { Key: 'team', Value: 'b' },
      { Key: 'stage', Value: '' },
    ]
    await cloudMap.send(new TagResourceCommand({ ResourceARN: arn, Tags }))
    expect(await tagsOf(arn)).toEqual([
      { Key: 'stage', Value: '' },
      { Key: 'team', Value: 'b' },
    ])
    await cloudMap.send(new UntagResourceCommand({ ResourceARN: arn, TagKeys: ['team', 'never'] }))
    expect(await tagsOf(arn)).toEqual([{ Key: 'stage', Value: '' }])
    expect(await tagsOf(web.Arn)).toEqual([{ Key: 'tier', Value: 'front' }])

    const missing = `${web.Arn}x`
    const error = await errorOf(cloudMap.send(new TagResourceCommand({ ResourceARN: missing, Tags })))
    expect(error).toBeInstanceOf(ResourceNotFoundException)
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }))
    expect((await errorOf(cloudMap.send(new TagResourceCommand({ ResourceARN: arn, Tags: many })))).name).toBe('TooManyTagsException')
  })
})

test('other regions and accounts see nothing of it', async () => {
  const Id = await httpNamespace('elsewhere')
  const others = [
    { region: 'eu-west-1', accessKeyId: 'test' },
    { region: 'us-east-1', accessKeyId: '123456789012' },
  ]
  for (const { region, accessKeyId } of others) {
    const other = new ServiceDiscoveryClient({ endpoint: endpoint.url, region, credentials: { accessKeyId, secretAccessKey: 'test' } })
    expect(await errorOf(other.send(new GetNamespaceCommand({ Id })))).toBeInstanceOf(NamespaceNotFound)
  }
  expect((await errorOf(cloudMap.send(new GetOperationCommand({ OperationId: 'none' })))).name).toBe('OperationNotFound')
})
