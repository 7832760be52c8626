// Tasks of services as instances in Cloud Map, driven by the AWS SDK.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  ListTasksCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import type { ServiceRegistry } from '@aws-sdk/client-ecs'
import {
  CreatePrivateDnsNamespaceCommand,
  CreateServiceCommand as CreateRegistryCommand,
  type CreateServiceCommandInput as RegistryInput,
  DeleteNamespaceCommand,
  DeleteServiceCommand as DeleteRegistryCommand,
  DiscoverInstancesCommand,
  GetInstancesHealthStatusCommand,
  GetOperationCommand,
  ListInstancesCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery'
import { EcsSuite, app, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'
import { aRecords } from './servicediscovery-harness.ts'

const suite = new EcsSuite('discovery')
const vpc = { awsvpcConfiguration: { subnets: ['subnet-0123456789abcdef0'] } }
let cluster = ''
let own = ''
let bridge = ''
let namespace = ''
let cloudMap: ServiceDiscoveryClient

beforeAll(async () => {
  await suite.open()
  await suite.cluster('c')
  cluster = suite.named('c')
  const containerDefinitions = [{ ...app, portMappings: [{ containerPort: 80 }] }]
  own = (await suite.taskDefinition('own', { networkMode: 'awsvpc', containerDefinitions })).taskDefinitionArn
  bridge = (await suite.taskDefinition('bridge', { containerDefinitions })).taskDefinitionArn
  // DiscoverInstances puts `data-` before the endpoint's host, which is then no name of this machine.
  const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, disableHostPrefix: true }
  cloudMap = new ServiceDiscoveryClient({ ...settings, endpoint: suite.endpoint })
  const { OperationId } = await cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: suite.named('ns'), Vpc: 'vpc-1' }))
  namespace = await until('the namespace is there', async () => {
    const { Operation: operation } = await cloudMap.send(new GetOperationCommand({ OperationId }))
    return operation?.Status === 'SUCCESS' ? operation.Targets?.NAMESPACE : undefined
  })
  suite.undo(() => cloudMap.send(new DeleteNamespaceCommand({ Id: namespace })))
}, 300_000)
afterAll(() => suite.close(), 300_000)

const registry = async (Name: string, more: Partial<RegistryInput>) => {
  const { Service } = await cloudMap.send(new CreateRegistryCommand({ NamespaceId: namespace, Name, ...more }))
  suite.undo(() => cloudMap.send(new DeleteRegistryCommand({ Id: Service?.Id })))
  return { Id: Service?.Id, Arn: Service?.Arn ?? '' }
}

const create = async (name: string, taskDefinition: string, serviceRegistry: ServiceRegistry, desiredCount = 2) => {
  const serviceName = suite.named(name)
  const networkConfiguration = taskDefinition === own ? { networkConfiguration: vpc } : {}
  await suite.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName,
      taskDefinition,
      desiredCount,
      launchType: 'EC2',
      serviceRegistries: [serviceRegistry],
      ...networkConfiguration,
    }),
  )
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }))
    await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, services: [serviceName] })
  })
  return serviceName
}

const discover = async (name: string) =>
  (await cloudMap.send(new DiscoverInstancesCommand({ NamespaceName: suite.named('ns'), ServiceName: name }))).Instances ?? []
/** Of instances: `COUNT` of them once it is so. */
const counted = (name: string, count: number) =>
  until(`${count} instances of ${name}`, async () => {
    const found = await discover(name)
    return found.length === count ? found : undefined
  })

describe('tasks of a service with a registry', () => {
  test('are instances under their ids while they run', async () => {
    const { Id, Arn } = await registry('web', { ...aRecords, HealthCheckCustomConfig: { FailureThreshold: 1 } })
    const service = await create('web', own, { registryArn: Arn })
    const found = await counted('web', 2)
    const { taskArns = [] } = await suite.ecs.send(new ListTasksCommand({ cluster, serviceName: service }))
    expect(found.map(({ InstanceId = '' }) => InstanceId).sort()).toEqual(taskArns.map(arn => arn.split('/').at(-1) ?? '').sort())
    for (const { Attributes, HealthStatus } of found) {
      expect(HealthStatus).toBe('HEALTHY')
      expect(Attributes).toEqual({
        AWS_INSTANCE_IPV4: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
        AVAILABILITY_ZONE: expect.stringMatching(/^us-east-1[a-z]$/),
        REGION: 'us-east-1',
        ECS_CLUSTER_NAME: cluster,
        ECS_SERVICE_NAME: service,
        ECS_TASK_DEFINITION_FAMILY: suite.named('own'),
        EC2_INSTANCE_ID: expect.stringMatching(/^i-[0-9a-f]{17}$/),
      })
    }
    const { Status } = await cloudMap.send(new GetInstancesHealthStatusCommand({ ServiceId: Id }))
    expect(Status).toEqual(Object.fromEntries(found.map(({ InstanceId = '' }) => [InstanceId, 'HEALTHY'])))

    await suite.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 1 }))
    await counted('web', 1)
    await suite.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }))
    await counted('web', 0)
    expect((await cloudMap.send(new ListInstancesCommand({ ServiceId: Id }))).Instances).toEqual([])
  }, 300_000)

  test('have the host port of their container in network mode bridge', async () => {
    const { Arn } = await registry('srv', { DnsConfig: { DnsRecords: [{ Type: 'SRV', TTL: 10 }] } })
    await create('srv', bridge, { registryArn: Arn, containerName: 'app', containerPort: 80 })
    const found = await counted('srv', 2)
    const ports = found.map(({ Attributes }) => Attributes?.['AWS_INSTANCE_PORT'])
    expect(new Set(ports).size).toBe(2)
    for (const port of ports) expect(port).toMatch(/^\d{4,5}$/)
  }, 300_000)
})

describe('a registry that tasks cannot be in is refused', () => {
  test('for its network mode and its records', async () => {
    const { Arn: a } = await registry('a', aRecords)
    const { Arn: srv } = await registry('b', { DnsConfig: { DnsRecords: [{ Type: 'SRV', TTL: 10 }] } })
    const { Arn: aaaa } = await registry('c', { DnsConfig: { DnsRecords: [{ Type: 'AAAA', TTL: 10 }] } })
    expect(await refusal(create('refused', bridge, { registryArn: a }))).toBe(
      "InvalidParameterException: When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and 'containerPort' must be specified from the task definition.",
    )
    expect(await refusal(create('refused', own, { registryArn: srv }))).toStartWith(
      "InvalidParameterException: When specifying 'awsvpc' for networkMode, either 'port' or both",
    )
    expect(await refusal(create('refused', own, { registryArn: aaaa }))).toContain('has records of type AAAA')
  })
})
