// Service discovery on a real cluster: tasks find the tasks of another service by its name, as long as they run.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import type { ContainerDefinition, ServiceRegistry } from '@aws-sdk/client-ecs'
import {
  CreatePrivateDnsNamespaceCommand,
  CreateServiceCommand as CreateRegistryCommand,
  GetOperationCommand,
  ListInstancesCommand,
  type RecordType,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery'
import { type TestInstance, instance } from '../support/instance.ts'
import { ecsOf, podOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

const cluster = `discovery-${Date.now().toString(36)}`
/** Below a name that the cluster's own domain is within, too. */
const zone = `${cluster}.local`
const page = 'mkdir /w; hostname > /w/index.html; exec httpd -f -p 8080 -h /w'
let kecs: TestInstance
let cloudMap: ServiceDiscoveryClient
let namespace = ''
let client = ''
let subnets: string[] = []
const registries = new Map<string, string>()

const ecs = () => ecsOf(kecs)

async function serve(name: string, taskDefinition: string, registry?: ServiceRegistry, desiredCount = 2): Promise<void> {
  await ecs().send(
    new CreateServiceCommand({
      cluster,
      serviceName: name,
      taskDefinition,
      desiredCount,
      launchType: 'EC2',
      networkConfiguration: { awsvpcConfiguration: { subnets } },
      ...(registry === undefined ? {} : { serviceRegistries: [registry] }),
    }),
  )
}

async function registryOf(name: string, type: RecordType): Promise<string> {
  const { Service } = await cloudMap.send(
    new CreateRegistryCommand({
      NamespaceId: namespace,
      Name: name,
      DnsConfig: { DnsRecords: [{ Type: type, TTL: 5 }] },
      HealthCheckCustomConfig: { FailureThreshold: 1 },
    }),
  )
  registries.set(name, Service?.Id ?? '')
  return Service?.Arn ?? ''
}

const addressesOf = async (name: string): Promise<readonly string[]> => {
  const { Instances = [] } = await cloudMap.send(new ListInstancesCommand({ ServiceId: registries.get(name) }))
  return Instances.flatMap(({ Attributes }) => Attributes?.['AWS_INSTANCE_IPV4'] ?? []).toSorted()
}

/** What a command in the client's container prints, whatever it ends with. */
const inside = async (command: readonly string[], container = 'app'): Promise<string> => {
  const [space, pod] = await podOf(kecs, client)
  const { stdout, stderr } = await kecs.run(['kubectl', '-n', space, 'exec', pod, '-c', container, '--', ...command], { check: false })
  return stdout + stderr
}

/** The addresses that busybox' nslookup is told of, without the server's own. */
const lookup = async (name: string): Promise<readonly string[]> => {
  const answer = (await inside(['nslookup', '-type=a', name])).split('Name:').slice(1).join()
  return [...answer.matchAll(/Address(?: \d+)?: (\d+\.\d+\.\d+\.\d+)/g)].map(([, address = '']) => address).toSorted()
}

beforeAll(async () => {
  kecs = await instance()
  const {
    Subnets: [subnet],
  } = (await kecs.aws('ec2', 'describe-subnets')) as { Subnets: { SubnetId: string }[] }
  subnets = [subnet?.SubnetId ?? '']
  // DiscoverInstances puts `data-` before the endpoint's host, which is then no name of this machine.
  const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, disableHostPrefix: true }
  cloudMap = new ServiceDiscoveryClient({ ...settings, endpoint: kecs.endpoint })
  await ecs().send(new CreateClusterCommand({ clusterName: cluster }))
  const aws = {
    name: 'aws',
    image: 'kecs-test/awscli:latest',
    memory: 128,
    essential: false,
    stopTimeout: 2,
    entryPoint: ['sleep', '3600'],
  }
  const define = async (family: string, command: string, ...others: ContainerDefinition[]) => {
    const container = { name: 'app', image: 'busybox:latest', memory: 32, stopTimeout: 2, command: ['sh', '-c', command] }
    const containerDefinitions = [{ ...container, portMappings: [{ containerPort: 8080 }] }, ...others]
    await ecs().send(new RegisterTaskDefinitionCommand({ family, networkMode: 'awsvpc', containerDefinitions }))
  }
  await Promise.all([define(`${cluster}-web`, page), define(`${cluster}-client`, 'exec sleep 3600', aws)])
  const { OperationId } = await cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: zone, Vpc: 'vpc-1' }))
  namespace = await until('the namespace is there', async () => {
    const { Operation: operation } = await cloudMap.send(new GetOperationCommand({ OperationId }))
    return operation?.Status === 'SUCCESS' ? operation.Targets?.NAMESPACE : undefined
  })
  await serve('web', `${cluster}-web`, { registryArn: await registryOf('web', 'A') })
  await serve('ports', `${cluster}-web`, { registryArn: await registryOf('ports', 'SRV'), port: 8080 }, 1)
  await serve('client', `${cluster}-client`, undefined, 1)
  await until('all tasks are registered', async () => (await addressesOf('web')).length === 2 && (await addressesOf('ports')).length === 1)
  client = await until('the client runs', async () => {
    const { taskArns = [] } = await ecs().send(new ListTasksCommand({ cluster, serviceName: 'client', desiredStatus: 'RUNNING' }))
    return taskArns[0]?.split('/').at(-1)
  })
  await until('the client answers', async () => (await inside(['echo', 'here'])).includes('here'))
}, 600_000)
afterAll(async () => {
  for (const service of ['web', 'ports', 'client']) await ecs().send(new DeleteServiceCommand({ cluster, service, force: true }))
}, 300_000)

test('a task finds the tasks of another service by its private name', async () => {
  const addresses = await addressesOf('web')
  await until('the name is answered', async () => (await lookup(`web.${zone}`)).length > 0)
  expect(await lookup(`web.${zone}`)).toEqual(addresses)
  // Tasks are registered when they run, which may be before they listen.
  const answer = async () => (await inside(['wget', '-q', '-O', '-', `http://web.${zone}:8080/`])).trim()
  await until('a task answers', async () => /^[0-9a-z.-]+$/.test(await answer()))
  expect(await inside(['nslookup', '-type=a', `none.${zone}`])).toContain('NXDOMAIN')
}, 300_000)

test('and by its SRV record, whose names have addresses', async () => {
  const [address = ''] = await addressesOf('ports')
  const record = async () => /service = 1 1 (\d+) ([^\s]+)/.exec(await inside(['nslookup', '-type=srv', `ports.${zone}`])) ?? undefined
  const [, port, host = ''] = await until('the name is answered', record)
  expect(port).toBe('8080')
  expect(host.replace(/\.$/, '')).toEndWith(`.ports.${zone}`)
  await until('its host has an address', async () => (await lookup(host)).join() === address)
}, 300_000)

test('the names of the cluster and of the AWS door are what they were', async () => {
  for (const name of ['kubernetes.default.svc.cluster.local', 'localhost.localstack.cloud'])
    await until(`${name} is answered`, async () => (await lookup(name)).length === 1)
}, 300_000)

test('DiscoverInstances from inside a task, by the AWS CLI as it is', async () => {
  const query = ['servicediscovery', 'discover-instances', '--namespace-name', zone, '--service-name', 'web', '--output', 'json']
  const { Instances } = JSON.parse(await inside(['aws', ...query], 'aws')) as { Instances: { Attributes: Record<string, string> }[] }
  expect(Instances.map(({ Attributes }) => Attributes['AWS_INSTANCE_IPV4']).toSorted()).toEqual([...(await addressesOf('web'))])
}, 300_000)

test('while the control plane is started anew, names are answered; a task that is gone is not among the answers', async () => {
  await until('both are answered', async () => (await lookup(`web.${zone}`)).length === 2)
  await kecs.kubectl('-n', 'kecs-system', 'scale', 'deployment', 'kecs-control-plane', '--replicas=0')
  await kecs.kubectl('-n', 'kecs-system', 'wait', '--for=delete', 'pod', '-l', 'kecs.dev/component=control-plane', '--timeout=100s')
  // Longer than answers are kept.
  await Bun.sleep(7_000)
  // A question may be lost where the machine is busy; none is answered anew.
  await until('both are answered still', async () => (await lookup(`web.${zone}`)).length === 2)
  await kecs.kubectl('-n', 'kecs-system', 'scale', 'deployment', 'kecs-control-plane', '--replicas=1')
  await until('the control plane answers', async () => {
    const scaled = ecs().send(new UpdateServiceCommand({ cluster, service: 'web', desiredCount: 1 }))
    return scaled.then(
      () => true,
      () => false,
    )
  })
  await until('one task is left', async () => (await addressesOf('web')).length === 1)
  await until('the other is not answered any more', async () => (await lookup(`web.${zone}`)).join() === (await addressesOf('web')).join())
}, 300_000)
