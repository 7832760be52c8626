// The operations on clusters and task definitions, driven by the AWS SDK as a user drives them: against `kecs serve`,
// or a cluster where KECS_TEST_ENDPOINT names one. Others may use the same endpoint: names are this run's own.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  ClientException,
  ClusterContainsTasksException,
  ClusterNotFoundException,
  CreateClusterCommand,
  DeleteClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  type ECSServiceException,
  InvalidParameterException,
  ListClustersCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  paginateListClusters,
  paginateListTaskDefinitionFamilies,
  paginateListTaskDefinitions,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  StopTaskCommand,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { openEndpoint, type TestEndpoint } from '../support/endpoint.ts'
import { ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

const unique = `ecs-definitions-${process.pid}-${Date.now().toString(36)}`
const named = (name: string) => `${unique}-${name}`

let endpoint: TestEndpoint
let ecs: ECSClient
const madeClusters = new Set<string>()
const madeFamilies = new Set<string>()

beforeAll(async () => {
  endpoint = await openEndpoint()
  ecs = ecsOf({ endpoint: endpoint.url })
}, 300_000)

afterAll(async () => {
  for (const family of madeFamilies) {
    for await (const page of paginateListTaskDefinitions({ client: ecs }, { familyPrefix: family })) {
      for (const taskDefinition of page.taskDefinitionArns ?? []) await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }))
    }
  }
  const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [...madeClusters] }))
  for (const { clusterArn, status } of clusters) {
    if (status === 'ACTIVE') await ecs.send(new DeleteClusterCommand({ cluster: clusterArn }))
  }
  await endpoint.close()
}, 300_000)

async function createCluster(name: string) {
  madeClusters.add(named(name))
  const { cluster } = await ecs.send(new CreateClusterCommand({ clusterName: named(name) }))
  return cluster?.clusterArn ?? ''
}

const app = { name: 'app', image: 'busybox:latest', command: ['sleep', '600'], memory: 32, stopTimeout: 2 }

async function register(name: string, more: Partial<RegisterTaskDefinitionCommandInput> = {}) {
  madeFamilies.add(named(name))
  const { taskDefinition, tags } = await ecs.send(
    new RegisterTaskDefinitionCommand({ family: named(name), containerDefinitions: [app], ...more }),
  )
  if (taskDefinition === undefined) throw new Error('RegisterTaskDefinition answered nothing')
  return { ...taskDefinition, tags }
}

const errorOf = async (call: Promise<unknown>): Promise<ECSServiceException> => {
  const error = await call.then(
    () => undefined,
    (reason: ECSServiceException) => reason,
  )
  if (error === undefined) throw new Error('the call was not refused')
  return error
}

describe('clusters', () => {
  test('are made once, described, listed and deleted', async () => {
    madeClusters.add(named('life'))
    const create = new CreateClusterCommand({
      clusterName: named('life'),
      tags: [{ key: 'team', value: 'a' }],
      settings: [{ name: 'containerInsights', value: 'enabled' }],
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 1 }],
      configuration: { executeCommandConfiguration: { logging: 'DEFAULT' } },
    })
    const { cluster: made } = await ecs.send(create)
    expect(made).toMatchObject({ clusterName: named('life'), status: 'PROVISIONING', runningTasksCount: 0, pendingTasksCount: 0 })
    expect(made?.clusterArn).toMatch(new RegExp(`^arn:aws:ecs:us-east-1:\\d{12}:cluster/${named('life')}$`))
    expect((await ecs.send(create)).cluster?.clusterArn).toBe(made?.clusterArn ?? '')

    const clusterArn = made?.clusterArn ?? ''
    const missing = clusterArn.replace('-life', '-none')
    const { clusters, failures } = await ecs.send(
      new DescribeClustersCommand({
        clusters: [named('life'), missing],
        include: ['TAGS', 'SETTINGS', 'CONFIGURATIONS', 'STATISTICS', 'ATTACHMENTS'],
      }),
    )
    expect(failures).toEqual([{ arn: missing, reason: 'MISSING' }])
    expect(clusters?.[0]).toMatchObject({
      tags: [{ key: 'team', value: 'a' }],
      settings: [{ name: 'containerInsights', value: 'enabled' }],
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 1 }],
      configuration: { executeCommandConfiguration: { logging: 'DEFAULT' } },
    })
    expect(clusters?.[0]?.statistics?.map(({ name }) => name)).toContain('runningFargateTasksCount')

    expect((await ecs.send(new DeleteClusterCommand({ cluster: clusterArn }))).cluster?.status).toBe('DEPROVISIONING')
    const described = () => ecs.send(new DescribeClustersCommand({ clusters: [clusterArn] }))
    await until('it is INACTIVE', async () => (await described()).clusters?.[0]?.status === 'INACTIVE')
    const again = await errorOf(ecs.send(new DeleteClusterCommand({ cluster: clusterArn })))
    expect(again).toBeInstanceOf(ClusterNotFoundException)
    expect(again.message).toBe('The referenced cluster was inactive.')
  })

  test('are listed page by page', async () => {
    const arns = new Set([await createCluster('page-1'), await createCluster('page-2'), await createCluster('page-3')])
    const seen: string[] = []
    for await (const page of paginateListClusters({ client: ecs, pageSize: 2 }, {})) {
      expect(page.clusterArns?.length).toBeLessThanOrEqual(2)
      seen.push(...(page.clusterArns ?? []))
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter(arn => arns.has(arn))).toHaveLength(3)
  })

  test('with tasks cannot be deleted', async () => {
    const cluster = await createCluster('busy')
    const { taskDefinitionArn } = await register('busy')
    const { tasks = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: taskDefinitionArn }))
    const task = tasks[0]?.taskArn ?? ''
    const error = await errorOf(ecs.send(new DeleteClusterCommand({ cluster })))
    expect(error).toBeInstanceOf(ClusterContainsTasksException)
    expect(error.message).toBe('The Cluster cannot be deleted while Tasks are active.')
    await ecs.send(new StopTaskCommand({ cluster, task }))
    await waitUntilTasksStopped({ client: ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [task] })
    expect((await ecs.send(new DeleteClusterCommand({ cluster }))).cluster?.status).toBe('INACTIVE')
  }, 300_000)

  test('are refused with the errors of the model', async () => {
    const name = await errorOf(ecs.send(new CreateClusterCommand({ clusterName: 'a b' })))
    expect(name).toBeInstanceOf(InvalidParameterException)
    expect(name.message).toBe('ClusterName must match ^[a-zA-Z0-9\\-_]{1,255}$')
    const provider = await errorOf(ecs.send(new CreateClusterCommand({ clusterName: named('never'), capacityProviders: ['mine'] })))
    expect(provider).toBeInstanceOf(ClientException)
    const missing = await errorOf(ecs.send(new DeleteClusterCommand({ cluster: named('never') })))
    expect(missing).toBeInstanceOf(ClusterNotFoundException)
    expect(missing.message).toBe('Cluster not found.')
    const token = await errorOf(ecs.send(new ListClustersCommand({ nextToken: 'nonsense' })))
    expect(token).toBeInstanceOf(InvalidParameterException)
    expect(token.$metadata).toMatchObject({ httpStatusCode: 400, attempts: 1 })
  })
})

describe('task definitions', () => {
  test('are registered with what is left out filled in, and described', async () => {
    const before = Date.now()
    const made = await register('fill', {
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '.5 vCPU',
      memory: '1 GB',
      containerDefinitions: [{ name: 'app', image: 'nginx:alpine', portMappings: [{ containerPort: 80 }] }],
      tags: [{ key: 'tier', value: 'web' }],
    })
    expect(made).toMatchObject({
      family: named('fill'),
      revision: 1,
      status: 'ACTIVE',
      cpu: '512',
      memory: '1024',
      volumes: [],
      placementConstraints: [],
      compatibilities: ['EC2', 'MANAGED_INSTANCES', 'FARGATE'],
      tags: [{ key: 'tier', value: 'web' }],
    })
    expect(made.containerDefinitions?.[0]).toMatchObject({
      cpu: 0,
      essential: true,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
    })
    expect(made.requiresAttributes?.map(({ name }) => name)).toContain('ecs.capability.task-eni')
    expect(Math.abs((made.registeredAt?.getTime() ?? 0) - before)).toBeLessThan(60_000)
    expect(made.registeredBy).toMatch(/^arn:aws:/)

    const { tags, ...expected } = made
    const bare = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: named('fill') }))
    expect(bare.taskDefinition).toEqual(expected)
    expect(bare.tags).toEqual([])
    const full = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: made.taskDefinitionArn, include: ['TAGS'] }))
    expect(full.tags).toEqual(tags)
  })

  test('go through revisions, listings and deregistration', async () => {
    const arns: string[] = []
    for (let revision = 1; revision <= 3; revision += 1) arns.push((await register('turns')).taskDefinitionArn ?? '')
    const list = async (more: Partial<ListTaskDefinitionsCommand['input']>) =>
      (await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: named('turns'), ...more }))).taskDefinitionArns
    expect(await list({})).toEqual(arns)
    expect(await list({ sort: 'DESC' })).toEqual(arns.toReversed())

    const paged: string[] = []
    for await (const page of paginateListTaskDefinitions({ client: ecs, pageSize: 2 }, { familyPrefix: named('turns') })) {
      paged.push(...(page.taskDefinitionArns ?? []))
    }
    expect(paged).toEqual(arns)

    const { taskDefinition } = await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arns[2] }))
    expect(taskDefinition).toMatchObject({ status: 'INACTIVE', revision: 3 })
    expect(taskDefinition?.deregisteredAt).toBeInstanceOf(Date)
    expect(await list({ status: 'INACTIVE' })).toEqual(arns.slice(2))
    const newest = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: named('turns') }))
    expect(newest.taskDefinition?.revision).toBe(2)
    expect((await register('turns')).revision).toBe(4)
  })

  test('are listed by family', async () => {
    await register('family-a')
    await register('family-b')
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: `${named('family-b')}:1` }))
    const families = async (status: 'ACTIVE' | 'INACTIVE' | 'ALL') =>
      (await ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: named('family-'), status }))).families
    expect(await families('ALL')).toEqual([named('family-a'), named('family-b')])
    expect(await families('ACTIVE')).toEqual([named('family-a')])
    expect(await families('INACTIVE')).toEqual([named('family-b')])
    const paged: string[] = []
    for await (const page of paginateListTaskDefinitionFamilies({ client: ecs, pageSize: 1 }, { familyPrefix: named('family-') })) {
      paged.push(...(page.families ?? []))
    }
    expect(paged).toEqual([named('family-a'), named('family-b')])
  })

  test.each<[string, Partial<RegisterTaskDefinitionCommandInput>]>([
    ['Container list cannot be empty.', { containerDefinitions: [] }],
    ["Task definition doesn't have any essential container.", { containerDefinitions: [{ ...app, essential: false }] }],
    ["Fargate requires that 'cpu' be defined at the task level.", { networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] }],
    [
      'No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values.',
      { networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '4GB' },
    ],
    ['Tags can not be empty.', { tags: [] }],
  ])('are refused: %s', async (message, more) => {
    const error = await errorOf(register('refused', more))
    expect(error).toBeInstanceOf(ClientException)
    expect(error.message).toBe(message)
  })

  test('that are not there are told so', async () => {
    const missing = await errorOf(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: named('none') })))
    expect(missing).toBeInstanceOf(ClientException)
    expect(missing.message).toBe('Unable to describe task definition.')
    const revision = await errorOf(ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: named('none') })))
    expect(revision.message).toBe('Revision is missing.')
    const number = await errorOf(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: `${named('none')}:latest` })))
    expect(number).toBeInstanceOf(InvalidParameterException)
    expect(number.message).toBe('Invalid revision number. Number: latest')
  })
})
