// Services in a Service Connect namespace, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  ListServicesByNamespaceCommand,
  type ServiceConnectService,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import {
  CreateHttpNamespaceCommand,
  DeleteNamespaceCommand,
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

beforeAll(async () => {
  await suite.open()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const discovery = new ServiceDiscoveryClient({ endpoint: suite.endpoint, region: 'us-east-1', credentials })
  namespace = suite.named('ns')
  await discovery.send(new CreateHttpNamespaceCommand({ Name: namespace }))
  const made = await until('the namespace is there', async () =>
    (await discovery.send(new ListNamespacesCommand({}))).Namespaces?.find(({ Name }) => Name === namespace),
  )
  namespaceArn = made.Arn ?? ''
  suite.undo(() => discovery.send(new DeleteNamespaceCommand({ Id: made.Id })))
  await suite.cluster('c')
  cluster = suite.named('c')
  const containerDefinitions = [{ ...app, portMappings: [{ containerPort: 80, name: 'http' }] }]
  taskDefinition = (await suite.taskDefinition('web', { containerDefinitions })).taskDefinitionArn
}, 60_000)
afterAll(() => suite.close(), 120_000)

const create = async (name: string, inNamespace: string, service: Partial<ServiceConnectService> = {}) => {
  const services = [{ portName: 'http', clientAliases: [{ port: 80 }], ...service }]
  const serviceConnectConfiguration = { enabled: true, namespace: inNamespace, services }
  const serviceName = suite.named(name)
  const made = await suite.ecs.send(
    new CreateServiceCommand({ cluster, serviceName, taskDefinition, desiredCount: 0, serviceConnectConfiguration }),
  )
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }))
    await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { cluster, services: [serviceName] })
  })
  return made.service
}
const list = (of: string, more = {}) => suite.ecs.send(new ListServicesByNamespaceCommand({ namespace: of, ...more }))

test('are listed by its name and its ARN, whichever they were given', async () => {
  const a = await create('a', namespace)
  const b = await create('b', namespaceArn)
  expect(a?.deployments?.[0]?.serviceConnectConfiguration).toMatchObject({ enabled: true, namespace })
  expect(a?.events?.map(({ message }) => message)).toEqual([
    `(service ${suite.named('a')}) has a Service Connect configuration, which kecs keeps and describes only: its client aliases do not resolve. Tasks find each other by serviceRegistries, or by load balancers.`,
  ])
  const both = [a?.serviceArn ?? '', b?.serviceArn ?? '']
  expect((await list(namespace)).serviceArns).toEqual(both)
  expect((await list(namespaceArn)).serviceArns).toEqual(both)
  const { serviceArns, nextToken } = await list(namespace, { maxResults: 1 })
  expect(serviceArns).toEqual(both.slice(0, 1))
  expect((await list(namespace, { nextToken })).serviceArns).toEqual(both.slice(1))
})

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
