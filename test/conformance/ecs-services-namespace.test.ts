// Services in a Service Connect namespace, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ListServicesByNamespaceCommand,
  type ServiceConnectService,
  UpdateClusterCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand as CreateRegistryCommand,
  DeleteNamespaceCommand,
  DeleteServiceCommand as DeleteRegistryCommand,
  DiscoverInstancesCommand,
  GetServiceCommand,
  ListNamespacesCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery'
import { EcsSuite, app, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('connect')
let cluster = ''
let namespace = ''
let namespaceArn = ''
let taskDefinition = ''
let discovery: ServiceDiscoveryClient

beforeAll(async () => {
  await suite.open()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  // DiscoverInstances puts `data-` before the endpoint's host, which is then no name of this machine.
  discovery = new ServiceDiscoveryClient({ endpoint: suite.endpoint, region: 'us-east-1', credentials, disableHostPrefix: true })
  namespace = suite.named('ns')
  await discovery.send(new CreateHttpNamespaceCommand({ Name: namespace }))
  const Filters = [{ Name: 'NAME' as const, Values: [namespace] }]
  const made = await until(
    'the namespace is there',
    async () => (await discovery.send(new ListNamespacesCommand({ Filters }))).Namespaces?.[0],
  )
  namespaceArn = made.Arn ?? ''
  suite.undo(() => discovery.send(new DeleteNamespaceCommand({ Id: made.Id })))
  await suite.cluster('c')
  cluster = suite.named('c')
  const containerDefinitions = [
    { ...app, portMappings: [80, 81].map(containerPort => ({ containerPort, name: containerPort === 80 ? 'http' : 'admin' })) },
  ]
  taskDefinition = (await suite.taskDefinition('web', { containerDefinitions })).taskDefinitionArn
}, 300_000)
afterAll(() => suite.close(), 300_000)

const create = async (
  name: string,
  inNamespace: string,
  service: Partial<ServiceConnectService> = {},
  more: readonly ServiceConnectService[] = [],
) => {
  const services = [{ portName: 'http', discoveryName: name, clientAliases: [{ port: 80 }], ...service }, ...more]
  const serviceConnectConfiguration = { enabled: true, namespace: inNamespace, services }
  const serviceName = suite.named(name)
  const made = await suite.ecs.send(
    new CreateServiceCommand({ cluster, serviceName, taskDefinition, desiredCount: 0, serviceConnectConfiguration }),
  )
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }))
    await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, services: [serviceName] })
  })
  return made.service
}
const list = (of: string, more = {}) => suite.ecs.send(new ListServicesByNamespaceCommand({ namespace: of, ...more }))

test('are listed by its name and its ARN, whichever they were given', async () => {
  const a = await create('a', namespace)
  const b = await create('b', namespaceArn)
  expect(a?.deployments?.[0]?.serviceConnectConfiguration).toMatchObject({ enabled: true, namespace })
  const both = [a?.serviceArn ?? '', b?.serviceArn ?? '']
  expect((await list(namespace)).serviceArns).toEqual(both)
  expect((await list(namespaceArn)).serviceArns).toEqual(both)
  const { serviceArns, nextToken } = await list(namespace, { maxResults: 1 })
  expect(serviceArns).toEqual(both.slice(0, 1))
  expect((await list(namespace, { nextToken })).serviceArns).toEqual(both.slice(1))
})

test('are Cloud Map services that go with them, and their tasks are instances', async () => {
  const serviceName = suite.named('served')
  const made = await create('served', namespace)
  const [resource] = made?.deployments?.[0]?.serviceConnectResources ?? []
  expect(resource).toEqual({
    discoveryName: 'served',
    discoveryArn: expect.stringMatching(/^arn:aws:servicediscovery:us-east-1:\d{12}:service\/srv-/),
  })
  const Id = resource?.discoveryArn?.split('/').at(-1) ?? ''
  const { Service: registry } = await discovery.send(new GetServiceCommand({ Id }))
  expect(registry).toMatchObject({ Name: 'served', Type: 'HTTP' })

  await suite.ecs.send(new UpdateServiceCommand({ cluster, service: serviceName, desiredCount: 1 }))
  const found = await until('the task is found', async () => {
    const { Instances } = await discovery.send(new DiscoverInstancesCommand({ NamespaceName: namespace, ServiceName: 'served' }))
    return Instances?.[0]
  })
  const digits = made?.deployments?.[0]?.id?.split('/').at(-1)
  expect(found.Attributes).toEqual({
    AWS_INSTANCE_IPV4: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
    AWS_INSTANCE_PORT: expect.stringMatching(/^\d+$/),
    AvailabilityZone: 'us-east-1a',
    DeploymentId: digits ?? '',
  })

  await suite.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }))
  await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, services: [serviceName] })
  expect(await refusal(discovery.send(new GetServiceCommand({ Id })))).toStartWith('ServiceNotFound')
}, 300_000)

test('are deployed by ECS itself', async () => {
  const input = {
    cluster,
    serviceName: suite.named('external'),
    deploymentController: { type: 'EXTERNAL' as const },
    serviceConnectConfiguration: { enabled: true, namespace },
  }
  expect(await refusal(suite.ecs.send(new CreateServiceCommand(input)))).toBe(
    'InvalidParameterException: Service Connect is not supported with the deployment controller EXTERNAL.',
  )
})

test('have discovery names and aliases of their own', async () => {
  const first = suite.named('own')
  const { deployments } = (await create('own', namespace, { clientAliases: [{ port: 80, dnsName: 'own' }] })) ?? {}
  const [resource] = deployments?.[0]?.serviceConnectResources ?? []
  expect(await refusal(create('other', namespace, { discoveryName: 'own' }))).toBe(
    `InvalidParameterException: The discovery name own is already in use in the namespace ${namespace}.`,
  )
  expect(await refusal(create('other', namespace, { clientAliases: [{ port: 80, dnsName: 'own' }] }))).toBe(
    `InvalidParameterException: The client alias own:80 is already in use in the namespace ${namespace}.`,
  )
  // Nor does one service have one of them twice.
  const twice = { clientAliases: [{ port: 80, dnsName: 'twice' }] }
  const again = (discoveryName: string) => create('other', namespace, twice, [{ portName: 'admin', discoveryName, ...twice }])
  expect(await refusal(again('other'))).toBe(
    `InvalidParameterException: The discovery name other is already in use in the namespace ${namespace}.`,
  )
  expect(await refusal(again('another'))).toBe(
    `InvalidParameterException: The client alias twice:80 is already in use in the namespace ${namespace}.`,
  )
  // What is refused leaves nothing behind: the name is free for a registry of the user's own.
  const made = await discovery.send(new CreateRegistryCommand({ Name: 'other', NamespaceId: namespaceArn.split('/').at(-1) ?? '' }))
  await discovery.send(new DeleteRegistryCommand({ Id: made.Service?.Id }))
  // Another deployment of the service has the same Cloud Map service.
  await suite.ecs.send(new UpdateServiceCommand({ cluster, service: first, forceNewDeployment: true }))
  const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [first] }))
  expect(services?.[0]?.deployments?.[0]?.serviceConnectResources).toEqual([resource ?? {}])
}, 300_000)

test('take part in the namespace of their cluster where they name none', async () => {
  const serviceName = suite.named('default')
  const serviceConnectConfiguration = { enabled: true }
  const input = { cluster, serviceName, taskDefinition, desiredCount: 0, serviceConnectConfiguration }
  expect(await refusal(suite.ecs.send(new CreateServiceCommand(input)))).toBe('InvalidParameterException: Namespace is missing')
  const updated = await suite.ecs.send(new UpdateClusterCommand({ cluster, serviceConnectDefaults: { namespace } }))
  expect(updated.cluster?.serviceConnectDefaults).toEqual({ namespace: namespaceArn })
  const { service } = await suite.ecs.send(new CreateServiceCommand(input))
  expect((await list(namespace)).serviceArns).toContain(service?.serviceArn ?? '')
  // One that only asks others has no endpoints.
  expect(service?.deployments?.[0]?.serviceConnectResources ?? []).toEqual([])
  await suite.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }))
  await suite.ecs.send(new UpdateClusterCommand({ cluster, serviceConnectDefaults: { namespace: '' } }))
}, 300_000)

test('name a port that there is, once, with a valid name', async () => {
  expect(await refusal(create('refused', namespace, { portName: 'grpc' }))).toBe(
    'InvalidParameterException: portName(grpc) does not refer to any named PortMapping in the container definitions',
  )
  expect(await refusal(create('refused', namespace, { clientAliases: [{ port: 80 }, { port: 81 }] }))).toBe(
    'InvalidParameterException: 2 clientAliases exceeds the max limit of 1',
  )
  expect(await refusal(create('refused', namespace, { clientAliases: [{ port: 80, dnsName: '-web' }] }))).toStartWith(
    'InvalidParameterException: The DNS name that you provided is invalid.',
  )
})
