// Services from their making to their end, driven by the AWS SDK as a user drives them: against `kecs serve`, or a cluster
// where KECS_TEST_ENDPOINT names one.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeClustersCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  type Service,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
  waitUntilServicesInactive,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('ecs-services')
const waits = { maxWaitTime: 180, minDelay: 1, maxDelay: 2 }
const fargateNetwork = { awsvpcConfiguration: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] } }
let cluster = ''
let first = ''
let second = ''
let fargate = ''

beforeAll(async () => {
  await suite.open()
  await suite.cluster('cluster')
  cluster = suite.named('cluster')
  first = (await suite.taskDefinition('web', { tags: [{ key: 'tier', value: 'web' }] })).taskDefinitionArn
  second = (await suite.taskDefinition('web')).taskDefinitionArn
  fargate = (
    await suite.taskDefinition('fargate', {
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'busybox:latest', command: ['sleep', '600'], stopTimeout: 2 }],
    })
  ).taskDefinitionArn
}, 300_000)
afterAll(() => suite.close(), 300_000)

async function create(name: string, more: Partial<CreateServiceCommandInput> = {}): Promise<Service & { serviceArn: string }> {
  const serviceName = suite.named(name)
  const { service } = await suite.ecs.send(
    new CreateServiceCommand({ cluster, serviceName, taskDefinition: first, desiredCount: 0, ...more }),
  )
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }))
    await inactive(serviceName)
  })
  return { ...service, serviceArn: service?.serviceArn ?? '' }
}
const update = async (service: string, more: Partial<UpdateServiceCommandInput>) =>
  (await suite.ecs.send(new UpdateServiceCommand({ cluster, service, ...more }))).service
const stable = (...services: string[]) => waitUntilServicesStable({ client: suite.ecs, ...waits }, { cluster, services })
const inactive = (...services: string[]) => waitUntilServicesInactive({ client: suite.ecs, ...waits }, { cluster, services })
/** Later than stable: when ECS itself says that the newest deployment is over. */
const completed = (service: string) =>
  until(`${service} is deployed`, async () => {
    const { deployments = [] } = await shown(service)
    return deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED'
  })
async function shown(service: string, include?: ['TAGS']): Promise<Service> {
  const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [service], include }))
  const [found] = services ?? []
  if (found === undefined) throw new Error(`${service} is not there`)
  return found
}

describe('a service from its making to its end', () => {
  test('runs its tasks, is scaled, rolled to another task definition, and deleted', async () => {
    const { serviceArn, deployments } = await create('whole', {
      desiredCount: 2,
      enableECSManagedTags: true,
      propagateTags: 'TASK_DEFINITION',
    })
    expect(serviceArn).toEndWith(`:service/${cluster}/${suite.named('whole')}`)
    expect(deployments?.map(({ status, rolloutState }) => [status, rolloutState])).toEqual([['PRIMARY', 'IN_PROGRESS']])
    await stable(serviceArn)
    const steady = await shown(serviceArn)
    expect(steady).toMatchObject({ status: 'ACTIVE', desiredCount: 2, runningCount: 2, pendingCount: 0, taskDefinition: first })
    expect(steady.tags).toBeUndefined()

    const { taskArns = [] } = await suite.ecs.send(new ListTasksCommand({ cluster, serviceName: suite.named('whole') }))
    expect(taskArns).toHaveLength(2)
    expect((await suite.ecs.send(new ListTagsForResourceCommand({ resourceArn: taskArns[0] }))).tags).toContainEqual({
      key: 'aws:ecs:serviceName',
      value: suite.named('whole'),
    })
    const { clusters } = await suite.ecs.send(new DescribeClustersCommand({ clusters: [cluster], include: ['STATISTICS'] }))
    expect(clusters?.[0]?.activeServicesCount).toBeGreaterThanOrEqual(1)
    expect(Number(clusters?.[0]?.statistics?.find(({ name }) => name === 'activeEC2ServiceCount')?.value)).toBeGreaterThanOrEqual(1)
    expect(await refusal(suite.ecs.send(new DeleteClusterCommand({ cluster })))).toBe(
      'ClusterContainsServicesException: The Cluster cannot be deleted while Services are active.',
    )

    const scaled = await update(serviceArn, { desiredCount: 1 })
    expect(scaled).toMatchObject({ desiredCount: 1, deployments: [{ id: steady.deployments?.[0]?.id }] })
    await stable(serviceArn)
    const rolled = await update(serviceArn, { taskDefinition: second })
    expect(rolled?.deployments?.map(({ status, taskDefinition }) => [status, taskDefinition])).toEqual([
      ['PRIMARY', second],
      ['ACTIVE', first],
    ])
    expect(rolled?.taskDefinition).toBe(second)
    await completed(serviceArn)
    await until('it is steady', async () => (await shown(serviceArn)).events?.[0]?.message?.includes('has reached a steady state.'))

    const name = suite.named('whole')
    expect(await refusal(suite.ecs.send(new DeleteServiceCommand({ cluster, service: name })))).toBe(
      'InvalidParameterException: The service cannot be stopped while it is scaled above 0.',
    )
    const { service: draining } = await suite.ecs.send(new DeleteServiceCommand({ cluster, service: name, force: true }))
    expect(draining).toMatchObject({ status: 'DRAINING', desiredCount: 0 })
    await inactive(serviceArn)
    expect(await shown(serviceArn)).toMatchObject({ status: 'INACTIVE', deployments: [], runningCount: 0 })
    expect(await refusal(update(serviceArn, { desiredCount: 1 }))).toBe('ServiceNotActiveException: Service was not ACTIVE.')
  }, 300_000)

  test('is made with what AWS fills in', async () => {
    const service = await create('filled')
    expect(service).toMatchObject({
      clusterArn: expect.stringMatching(/:cluster\//),
      createdBy: expect.stringMatching(/^arn:aws:iam::/),
      loadBalancers: [],
      serviceRegistries: [],
      launchType: 'EC2',
      deploymentConfiguration: {
        deploymentCircuitBreaker: { enable: false, rollback: false },
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        strategy: 'ROLLING',
      },
      deploymentController: { type: 'ECS' },
      placementConstraints: [],
      placementStrategy: [],
      healthCheckGracePeriodSeconds: 0,
      schedulingStrategy: 'REPLICA',
      enableECSManagedTags: false,
      enableExecuteCommand: false,
      propagateTags: 'NONE',
      availabilityZoneRebalancing: 'ENABLED',
      events: [],
      runningCount: 0,
      pendingCount: 0,
    })
    expect(service.platformVersion).toBeUndefined()
    expect(service.roleArn).toBeUndefined()
    expect(service.createdAt).toBeInstanceOf(Date)
    expect(service.deployments?.[0]?.id).toMatch(/^ecs-svc\/\d{19}$/)
  })

  test('on Fargate shows the platform version that was asked for, its deployment the one that it is', async () => {
    const service = await create('fargate', { taskDefinition: fargate, launchType: 'FARGATE', networkConfiguration: fargateNetwork })
    expect(service).toMatchObject({
      launchType: 'FARGATE',
      platformVersion: 'LATEST',
      platformFamily: 'Linux',
      networkConfiguration: { awsvpcConfiguration: { ...fargateNetwork.awsvpcConfiguration, assignPublicIp: 'DISABLED' } },
      roleArn: expect.stringMatching(/:role\/aws-service-role\/ecs\.amazonaws\.com\/AWSServiceRoleForECS$/),
      deployments: [{ launchType: 'FARGATE', platformVersion: '1.4.0', platformFamily: 'Linux' }],
    })
  })

  test('a DAEMON has a task for each machine', async () => {
    const { serviceArn, deploymentConfiguration } = await create('daemon', { schedulingStrategy: 'DAEMON', desiredCount: undefined })
    expect(deploymentConfiguration).toMatchObject({ maximumPercent: 100, minimumHealthyPercent: 0 })
    await stable(serviceArn)
    const { desiredCount = 0, runningCount } = await shown(serviceArn)
    expect(desiredCount).toBeGreaterThan(0)
    expect(runningCount).toBe(desiredCount)
    expect(await refusal(update(serviceArn, { desiredCount: 1 }))).toContain('does not support a desired count')
  }, 300_000)

  test('is made once, however often it is asked for', async () => {
    const { serviceArn, deployments } = await create('idempotent', { clientToken: suite.named('t').slice(-36) })
    const again = await create('idempotent', { clientToken: suite.named('t').slice(-36) })
    expect(again.serviceArn).toBe(serviceArn)
    expect(again.deployments?.[0]?.id).toBe(deployments?.[0]?.id ?? '')
    expect(await refusal(create('idempotent', { desiredCount: 5 }))).toBe(
      'InvalidParameterException: Creation of service was not idempotent.',
    )
    expect(await refusal(create('another', { clientToken: suite.named('t').slice(-36) }))).toBe(
      'InvalidParameterException: Creation of service was not idempotent.',
    )
  })

  test('is found by name, by short ARN and by ARN, each once; what is not there is a failure', async () => {
    const { serviceArn } = await create('found', { tags: [{ key: 'team', value: 'red' }] })
    const name = suite.named('found')
    const { services, failures } = await suite.ecs.send(
      new DescribeServicesCommand({
        cluster,
        services: [name, serviceArn, serviceArn.replace(`service/${cluster}/`, 'service/'), suite.named('none')],
        include: ['TAGS'],
      }),
    )
    expect(services?.map(service => [service.serviceArn, service.tags])).toEqual([[serviceArn, [{ key: 'team', value: 'red' }]]])
    expect(failures).toEqual([{ arn: serviceArn.replace(name, suite.named('none')), reason: 'MISSING' }])
  })

  test('takes tags', async () => {
    const { serviceArn: resourceArn } = await create('tags')
    await suite.ecs.send(
      new TagResourceCommand({
        resourceArn,
        tags: [
          { key: 'a', value: '1' },
          { key: 'b', value: '2' },
        ],
      }),
    )
    await suite.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))
    expect((await suite.ecs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([{ key: 'b', value: '2' }])
    expect((await shown(resourceArn, ['TAGS'])).tags).toEqual([{ key: 'b', value: '2' }])
  })
})

describe('an update', () => {
  test('begins a deployment only where tasks would be launched otherwise, or where it is forced', async () => {
    const { serviceArn, deployments } = await create('updates')
    const id = deployments?.[0]?.id
    const newest = async (more: Partial<UpdateServiceCommandInput>) => (await update(serviceArn, more))?.deployments?.[0]?.id
    expect(await newest({ taskDefinition: first })).toBe(id)
    expect(await newest({ desiredCount: 0, healthCheckGracePeriodSeconds: 30, propagateTags: 'SERVICE', enableECSManagedTags: true })).toBe(
      id,
    )
    expect(await newest({ deploymentConfiguration: { maximumPercent: 150, minimumHealthyPercent: 50 } })).toBe(id)
    expect(await newest({ placementStrategy: [{ type: 'spread', field: 'attribute:ecs.availability-zone' }] })).toBe(id)
    const forced = await newest({ forceNewDeployment: true })
    expect(forced).not.toBe(id)
    expect(await newest({ taskDefinition: second })).not.toBe(forced)
    expect(await shown(serviceArn)).toMatchObject({
      healthCheckGracePeriodSeconds: 30,
      propagateTags: 'SERVICE',
      enableECSManagedTags: true,
      placementStrategy: [{ type: 'spread', field: 'attribute:ecs.availability-zone' }],
      deploymentConfiguration: { maximumPercent: 150, minimumHealthyPercent: 50, strategy: 'ROLLING' },
      taskDefinition: second,
    })
  })

  test('without a revision means the newest one', async () => {
    const { serviceArn } = await create('newest')
    expect((await update(serviceArn, { taskDefinition: suite.named('web') }))?.taskDefinition).toBe(second)
  })
})

describe('deployments and revisions', () => {
  test('are listed newest first, filtered, paged and described', async () => {
    const { serviceArn } = await create('history', { desiredCount: 1 })
    await completed(serviceArn)
    const since = new Date()
    await update(serviceArn, { taskDefinition: second })
    await completed(serviceArn)
    const service = suite.named('history')
    const { serviceDeployments = [] } = await suite.ecs.send(new ListServiceDeploymentsCommand({ cluster, service }))
    expect(serviceDeployments.map(({ status }) => status)).toEqual(['SUCCESSFUL', 'SUCCESSFUL'])
    const digits = (await shown(serviceArn)).deployments?.[0]?.id?.split('/')[1] ?? 'none'
    // Terraform finds a deployment by this.
    expect(serviceDeployments[0]?.targetServiceRevisionArn).toEndWith(`:service-revision/${cluster}/${service}/${digits}`)
    const after = await suite.ecs.send(new ListServiceDeploymentsCommand({ cluster, service, createdAt: { after: since } }))
    expect(after.serviceDeployments).toEqual([serviceDeployments[0]!])
    const stopped = await suite.ecs.send(new ListServiceDeploymentsCommand({ cluster, service, status: ['STOPPED'] }))
    expect(stopped.serviceDeployments).toEqual([])
    const page = await suite.ecs.send(new ListServiceDeploymentsCommand({ cluster, service, maxResults: 1 }))
    const { nextToken } = page
    const next = await suite.ecs.send(new ListServiceDeploymentsCommand({ cluster, service, maxResults: 1, nextToken }))
    expect([page, next].map(each => each.serviceDeployments)).toEqual(serviceDeployments.map(each => [each]))
    expect(next.nextToken).toBeUndefined()

    const arns = serviceDeployments.map(({ serviceDeploymentArn }) => serviceDeploymentArn ?? '')
    const none = `${arns[0]?.slice(0, arns[0].lastIndexOf('/'))}/none`
    const described = await suite.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [...arns, none] }))
    expect(described.serviceDeployments?.[0]).toMatchObject({
      serviceArn,
      status: 'SUCCESSFUL',
      targetServiceRevision: { arn: serviceDeployments[0]?.targetServiceRevisionArn, requestedTaskCount: 1, runningTaskCount: 1 },
      sourceServiceRevisions: [{ arn: serviceDeployments[1]?.targetServiceRevisionArn }],
    })
    expect(described.failures).toEqual([{ arn: none, reason: 'MISSING' }])
    const { serviceRevisions } = await suite.ecs.send(
      new DescribeServiceRevisionsCommand({ serviceRevisionArns: [serviceDeployments[0]?.targetServiceRevisionArn ?? ''] }),
    )
    expect(serviceRevisions).toMatchObject([
      { serviceArn, taskDefinition: second, launchType: 'EC2', containerImages: [{ image: 'busybox:latest' }] },
    ])
  }, 300_000)
})
