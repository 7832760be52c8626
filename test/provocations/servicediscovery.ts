import { each, type Made, type Provocations, type Step, tableOf } from './world.ts'

const service = 'servicediscovery'
const tags = (count: number): readonly object[] => Array.from({ length: count }, (_, index) => ({ Key: `k-${index}`, Value: 'v' }))
const call = (operation: string, input: object): Step => [service, operation, input]

export const discoveryFixture = (of: (name: string) => string): readonly Made[] => [
  () => ['', 'OperationId', call('CreateHttpNamespace', { Name: 'ns', CreatorRequestId: 'creator' })],
  () => ['', 'OperationId', call('CreatePublicDnsNamespace', { Name: 'example.com', CreatorRequestId: 'public' })],
  () => ['', 'OperationId', call('CreatePrivateDnsNamespace', { Name: 'example.internal', Vpc: 'vpc-1', CreatorRequestId: 'private' })],
  () => ['namespace', 'Id', call('ListNamespaces', { Filters: [{ Name: 'NAME', Values: ['ns'] }] })],
  () => ['namespace arn', 'Arn', call('ListNamespaces', { Filters: [{ Name: 'NAME', Values: ['ns'] }] })],
  () => ['private namespace', 'Id', call('ListNamespaces', { Filters: [{ Name: 'NAME', Values: ['example.internal'] }] })],
  () => [
    'registry of addresses',
    'Arn',
    call('CreateService', {
      Name: 'addresses',
      NamespaceId: of('private namespace'),
      DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 10 }] },
    }),
  ],
  () => ['service in map', 'Id', call('CreateService', { Name: 'svc', NamespaceId: of('namespace') })],
  () => ['', 'OperationId', call('RegisterInstance', { ServiceId: of('service in map'), InstanceId: 'i', Attributes: { a: 'b' } })],
  () => ['full service', 'Id', call('CreateService', { Name: 'attributes', NamespaceId: of('namespace'), HealthCheckCustomConfig: {} })],
  () => [
    '',
    'none',
    call('UpdateServiceAttributes', {
      ServiceId: of('full service'),
      Attributes: Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`a-${index}`, 'v'])),
    }),
  ],
]

const makes = ['CreateHttpNamespace', 'CreatePrivateDnsNamespace', 'CreatePublicDnsNamespace']
const updates = ['UpdateHttpNamespace', 'UpdatePrivateDnsNamespace', 'UpdatePublicDnsNamespace']

export const discoveryProvocations = (of: (name: string) => string): Provocations => {
  const arnOfNone = of('namespace arn').replace(/.{4}$/, 'none')
  /** What each operation on a service demands beside it. */
  const onServices: Readonly<Record<string, object>> = {
    DeleteService: {},
    DeleteServiceAttributes: { Attributes: ['a'] },
    DeregisterInstance: { InstanceId: 'i' },
    GetInstance: { InstanceId: 'i' },
    GetInstancesHealthStatus: {},
    GetService: {},
    GetServiceAttributes: {},
    ListInstances: {},
    RegisterInstance: { InstanceId: 'new', Attributes: { a: 'b' } },
    UpdateInstanceCustomHealthStatus: { InstanceId: 'i', Status: 'HEALTHY' },
    UpdateService: { Service: { Description: 'd' } },
    UpdateServiceAttributes: { Attributes: { a: 'b' } },
  }
  const idOf = (operation: string): string => (/^(Delete|Get|Update)Service$/.test(operation) ? 'Id' : 'ServiceId')
  const inService = (id: string, text: string) =>
    Object.entries(onServices).map(([operation, input]) => [operation, id, { ...input, [idOf(operation)]: text }] as const)
  return tableOf(
    inService('ServiceNotFound', 'srv-none'),
    inService('InvalidInput', 'x'.repeat(300)),
    each('InvalidInput', [...makes, 'CreateService'], () => ({ Name: 'x'.repeat(2_000), Vpc: 'vpc-1' })),
    each('InvalidInput', ['DeleteNamespace', 'GetNamespace', ...updates], () => ({ Id: 'x'.repeat(300), Namespace: {} })),
    each('InvalidInput', ['ListNamespaces', 'ListServices', 'ListOperations'], () => ({ NextToken: 'forged' })),
    each('InvalidInput', ['DiscoverInstances', 'DiscoverInstancesRevision'], () => ({
      NamespaceName: 'x'.repeat(2_000),
      ServiceName: 'svc',
    })),
    each('InvalidInput', ['ListTagsForResource', 'TagResource', 'UntagResource'], () => ({
      ResourceARN: 'x'.repeat(2_000),
      Tags: [],
      TagKeys: [],
    })),
    [['GetOperation', 'InvalidInput', { OperationId: 'x'.repeat(300) }]],
    [['CreateHttpNamespace', 'NamespaceAlreadyExists', { Name: 'ns', CreatorRequestId: 'another' }]],
    each('DuplicateRequest', makes, name => ({
      Name: 'other.example',
      Vpc: 'vpc-1',
      CreatorRequestId: { CreatePublicDnsNamespace: 'public', CreatePrivateDnsNamespace: 'private' }[name] ?? 'creator',
    })),
    each('NamespaceNotFound', ['DeleteNamespace', 'GetNamespace', ...updates], () => ({ Id: 'ns-none', Namespace: { Description: 'd' } })),
    each('NamespaceNotFound', ['DiscoverInstances', 'DiscoverInstancesRevision'], () => ({ NamespaceName: 'none', ServiceName: 'svc' })),
    each('ServiceNotFound', ['DiscoverInstances', 'DiscoverInstancesRevision'], () => ({ NamespaceName: 'ns', ServiceName: 'none' })),
    each('InstanceNotFound', ['DeregisterInstance', 'GetInstance', 'UpdateInstanceCustomHealthStatus'], name => ({
      ServiceId: of('full service'),
      ...onServices[name],
      InstanceId: 'none',
    })),
    each('TooManyTagsException', [...makes, 'CreateService'], () => ({
      Name: 'new.example',
      Vpc: 'vpc-1',
      NamespaceId: of('namespace'),
      Tags: tags(51),
    })),
    each('ResourceNotFoundException', ['ListTagsForResource', 'TagResource', 'UntagResource'], () => ({
      ResourceARN: arnOfNone,
      Tags: tags(1),
      TagKeys: [],
    })),
    [
      ['GetInstancesHealthStatus', 'InstanceNotFound', { ServiceId: of('service in map'), Instances: ['none'] }],
      ['CreateService', 'NamespaceNotFound', { Name: 'new', NamespaceId: 'ns-none' }],
      ['CreateService', 'ServiceAlreadyExists', { Name: 'svc', NamespaceId: of('namespace'), CreatorRequestId: 'another' }],
      ['DeleteNamespace', 'ResourceInUse', { Id: of('namespace') }],
      ['DeleteService', 'ResourceInUse', { Id: of('service in map') }],
      ['GetOperation', 'OperationNotFound', { OperationId: 'none' }],
      ['TagResource', 'TooManyTagsException', { ResourceARN: of('namespace arn'), Tags: tags(51) }],
      ['UpdateInstanceCustomHealthStatus', 'CustomHealthNotFound', { ServiceId: of('service in map'), InstanceId: 'i', Status: 'HEALTHY' }],
      [
        'UpdateServiceAttributes',
        'ServiceAttributesLimitExceededException',
        { ServiceId: of('full service'), Attributes: { 'one-more': 'v' } },
      ],
    ],
  )
}
