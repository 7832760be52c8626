// Container instances, their attributes, tasks started on one, the calls of ECS' agent, the protection of tasks and the
// deletion of task definitions, driven by the AWS SDK.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  DeleteAttributesCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterContainerInstanceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  DiscoverPollEndpointCommand,
  GetTaskProtectionCommand,
  ListAttributesCommand,
  ListContainerInstancesCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  paginateListAttributes,
  PutAttributesCommand,
  RegisterContainerInstanceCommand,
  type Resource,
  RunTaskCommand,
  StartTaskCommand,
  StopTaskCommand,
  SubmitAttachmentStateChangesCommand,
  SubmitContainerStateChangeCommand,
  SubmitTaskStateChangeCommand,
  TagResourceCommand,
  UpdateContainerAgentCommand,
  UpdateContainerInstancesStateCommand,
  UpdateTaskProtectionCommand,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('instances')
beforeAll(() => suite.open(), 60_000)
afterAll(() => suite.close(), 300_000)

const list = async (cluster: string, more: { filter?: string; status?: 'ACTIVE' | 'DRAINING' } = {}) =>
  (await suite.ecs.send(new ListContainerInstancesCommand({ cluster, ...more }))).containerInstanceArns ?? []

/** The ARN of a node as a container instance: a runtime may still be finding its nodes. */
const nodeOf = (cluster: string) =>
  until('the cluster has a container instance', async () => (await list(cluster))[0], { withinMs: 180_000 })

async function describeInstance(cluster: string, containerInstance: string) {
  const { containerInstances } = await suite.ecs.send(
    new DescribeContainerInstancesCommand({
      cluster,
      containerInstances: [containerInstance],
      include: ['TAGS', 'CONTAINER_INSTANCE_HEALTH'],
    }),
  )
  const found = containerInstances?.[0]
  if (found === undefined) throw new Error(`${containerInstance} is not there`)
  return found
}

const sizeOf = (resources: readonly Resource[] | undefined, name: string) =>
  resources?.find(resource => resource.name === name)?.integerValue ?? Number.NaN

async function stop(cluster: string, task: string) {
  await suite.ecs.send(new StopTaskCommand({ cluster, task }))
  await waitUntilTasksStopped({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [task] })
}

describe('container instances', () => {
  test('are the nodes, with what they have and what is left', async () => {
    const cluster = await suite.cluster('nodes')
    const arn = await nodeOf(cluster)
    expect(arn).toMatch(new RegExp(`:container-instance/${suite.named('nodes')}/[0-9a-f]{32}$`))
    const before = await describeInstance(cluster, arn)
    expect(before).toMatchObject({
      containerInstanceArn: arn,
      status: 'ACTIVE',
      agentConnected: true,
      runningTasksCount: 0,
      pendingTasksCount: 0,
      tags: [],
      healthStatus: { overallStatus: 'OK' },
    })
    expect(before.registeredAt).toBeInstanceOf(Date)
    expect(before.attributes).toContainEqual({ name: 'ecs.os-type', value: 'linux' })
    expect(sizeOf(before.registeredResources, 'CPU')).toBeGreaterThanOrEqual(1024)
    expect(sizeOf(before.remainingResources, 'CPU')).toBe(sizeOf(before.registeredResources, 'CPU'))
    const { clusters } = await suite.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }))
    expect(clusters?.[0]?.registeredContainerInstancesCount).toBe((await list(cluster)).length)

    const { taskDefinitionArn } = await suite.taskDefinition('nodes', {
      containerDefinitions: [{ name: 'app', image: 'busybox:latest', command: ['sleep', '600'], cpu: 64, memory: 32, stopTimeout: 2 }],
    })
    const start = new StartTaskCommand({ cluster, containerInstances: [arn], taskDefinition: taskDefinitionArn, startedBy: 'test' })
    const { tasks = [], failures } = await suite.ecs.send(start)
    expect(failures).toEqual([])
    expect(tasks[0]).toMatchObject({ containerInstanceArn: arn, launchType: 'EC2', startedBy: 'test', desiredStatus: 'RUNNING' })
    const task = tasks[0]?.taskArn ?? ''
    await waitUntilTasksRunning({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [task] })
    const during = await describeInstance(cluster, arn)
    expect(during.runningTasksCount).toBe(1)
    expect(sizeOf(during.remainingResources, 'CPU')).toBe(sizeOf(before.remainingResources, 'CPU') - 64)
    expect(sizeOf(during.remainingResources, 'MEMORY')).toBe(sizeOf(before.remainingResources, 'MEMORY') - 32)
    expect((await suite.ecs.send(new ListTasksCommand({ cluster, containerInstance: arn }))).taskArns).toEqual([task])
    expect(await list(cluster, { filter: `task:group == family:${suite.named('nodes')}` })).toEqual([arn])
    expect(await refusal(suite.ecs.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance: arn })))).toBe(
      'InvalidParameterException: Found running tasks on the instance.',
    )
    await stop(cluster, task)
    expect((await describeInstance(cluster, arn)).runningTasksCount).toBe(0)
  }, 300_000)

  test('show the tasks that RunTask put there', async () => {
    const cluster = await suite.cluster('placed')
    const { taskDefinitionArn } = await suite.taskDefinition('placed')
    const { tasks = [] } = await suite.ecs.send(new RunTaskCommand({ cluster, taskDefinition: taskDefinitionArn }))
    const task = tasks[0]?.taskArn ?? ''
    await waitUntilTasksRunning({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [task] })
    const described = await suite.ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }))
    expect(await list(cluster)).toContain(described.tasks?.[0]?.containerInstanceArn ?? '')
    await stop(cluster, task)
  }, 300_000)

  test('are found by the cluster query language', async () => {
    const cluster = await suite.cluster('query')
    const arn = await nodeOf(cluster)
    await suite.ecs.send(new PutAttributesCommand({ cluster, attributes: [{ name: 'stack', value: 'prod', targetId: arn }] }))
    expect(await list(cluster, { filter: 'attribute:stack == prod and agentConnected == true' })).toEqual([arn])
    expect(await list(cluster, { filter: 'attribute:stack in [dev, test]' })).toEqual([])
    expect(await list(cluster, { filter: 'not(attribute:stack exists) or runningTasksCount > 5' })).not.toContain(arn)
    expect(await refusal(list(cluster, { filter: 'attribute:stack ==' }))).toStartWith('InvalidParameterException: ')
  })

  test('are drained, and get no tasks then', async () => {
    const cluster = await suite.cluster('drain')
    const arn = await nodeOf(cluster)
    const { taskDefinitionArn } = await suite.taskDefinition('drain')
    const update = (status: 'ACTIVE' | 'DRAINING' | 'REGISTERING', ...containerInstances: string[]) =>
      suite.ecs.send(new UpdateContainerInstancesStateCommand({ cluster, containerInstances, status }))
    const missing = arn.replace(/[0-9a-f]{32}$/, 'f'.repeat(32))
    const drained = await update('DRAINING', arn, missing)
    expect(drained.containerInstances?.[0]).toMatchObject({ status: 'DRAINING', version: 2 })
    expect(drained.failures).toEqual([{ arn: missing, reason: 'MISSING' }])
    expect(await list(cluster, { status: 'DRAINING' })).toEqual([arn])
    expect(await list(cluster, { status: 'ACTIVE' })).not.toContain(arn)
    const start = new StartTaskCommand({ cluster, containerInstances: [arn, missing], taskDefinition: taskDefinitionArn })
    expect((await suite.ecs.send(start)).failures).toEqual([
      { arn, reason: 'INACTIVE' },
      { arn: missing, reason: 'MISSING' },
    ])
    expect((await update('ACTIVE', arn)).containerInstances?.[0]?.status).toBe('ACTIVE')
    expect(await refusal(update('REGISTERING', arn))).toStartWith('InvalidParameterException: ')
    expect(await refusal(suite.ecs.send(new UpdateContainerAgentCommand({ cluster, containerInstance: arn })))).toBe(
      'NoUpdateAvailableException: There is no update available for your container agent.',
    )
  })

  test('are drained of what services have on them, as far as their deployment configuration lets it', async () => {
    const cluster = await suite.cluster('leave')
    await nodeOf(cluster)
    const { taskDefinitionArn: taskDefinition } = await suite.taskDefinition('leave')
    const service = 'leaving'
    const deploymentConfiguration = { minimumHealthyPercent: 0, maximumPercent: 100 }
    await suite.ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName: service,
        taskDefinition,
        desiredCount: 1,
        launchType: 'EC2',
        deploymentConfiguration,
      }),
    )
    const described = async () => (await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))).services?.[0]
    const runs = async (): Promise<number | undefined> => (await described())?.runningCount
    const setAll = async (status: 'ACTIVE' | 'DRAINING') => {
      const containerInstances = await list(cluster)
      await suite.ecs.send(new UpdateContainerInstancesStateCommand({ cluster, containerInstances, status }))
    }
    await until('it runs', async () => (await runs()) === 1, { withinMs: 180_000 })
    await setAll('DRAINING')
    await until('its task has left', async () => (await runs()) === 0, { withinMs: 180_000 })
    await until('it says why no other takes its place', async () =>
      (await described())?.events?.some(({ message }) => message?.includes('No Container Instances were found in your cluster.')),
    )
    await setAll('ACTIVE')
    await until('it runs again', async () => (await runs()) === 1, { withinMs: 180_000 })
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
  }, 300_000)

  test('are deregistered and registered again, keeping their tags', async () => {
    const cluster = await suite.cluster('again')
    const arn = await nodeOf(cluster)
    await suite.ecs.send(new TagResourceCommand({ resourceArn: arn, tags: [{ key: 'team', value: 'red' }] }))
    const gone = await suite.ecs.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance: arn }))
    expect(gone.containerInstance).toMatchObject({ containerInstanceArn: arn, status: 'INACTIVE', agentConnected: false })
    expect(await list(cluster)).not.toContain(arn)
    expect((await describeInstance(cluster, arn)).status).toBe('INACTIVE')
    await suite.ecs.send(new RegisterContainerInstanceCommand({ cluster, containerInstanceArn: arn }))
    expect(await describeInstance(cluster, arn)).toMatchObject({ status: 'ACTIVE', agentConnected: true })
    expect((await suite.ecs.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags).toEqual([{ key: 'team', value: 'red' }])
  })

  test('that an agent registers are kept, hold their cluster and get no tasks', async () => {
    const cluster = await suite.cluster('agent')
    const { taskDefinitionArn } = await suite.taskDefinition('agent')
    const { containerInstance } = await suite.ecs.send(
      new RegisterContainerInstanceCommand({
        cluster,
        instanceIdentityDocument: JSON.stringify({ instanceId: 'i-0123456789abcdef0', instanceType: 't3.micro', imageId: 'ami-1' }),
        totalResources: [
          { name: 'CPU', type: 'INTEGER', integerValue: 2048 },
          { name: 'MEMORY', type: 'INTEGER', integerValue: 1024 },
        ],
        versionInfo: { agentVersion: '1.79.0' },
        attributes: [{ name: 'ecs.os-type', value: 'linux' }],
        tags: [{ key: 'team', value: 'red' }],
      }),
    )
    expect(containerInstance).toMatchObject({
      ec2InstanceId: 'i-0123456789abcdef0',
      status: 'ACTIVE',
      agentConnected: false,
      versionInfo: { agentVersion: '1.79.0' },
      tags: [{ key: 'team', value: 'red' }],
    })
    expect(containerInstance?.attributes).toContainEqual({ name: 'ecs.instance-type', value: 't3.micro' })
    const arn = containerInstance?.containerInstanceArn ?? ''
    expect(await list(cluster, { filter: 'attribute:ecs.instance-type =~ t3.* and agentVersion >= 1.70.0' })).toEqual([arn])
    const start = new StartTaskCommand({ cluster, containerInstances: [arn], taskDefinition: taskDefinitionArn })
    expect(await suite.ecs.send(start)).toMatchObject({ tasks: [], failures: [{ arn, reason: 'AGENT' }] })
    expect(await refusal(suite.ecs.send(new DeleteClusterCommand({ cluster })))).toBe(
      'ClusterContainsContainerInstancesException: The Cluster cannot be deleted while Container Instances are active or draining.',
    )
    await suite.ecs.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance: arn }))
    expect(await refusal(suite.ecs.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance: arn })))).toStartWith(
      'ClientException: Referenced container instance ',
    )
    const unknown = new RegisterContainerInstanceCommand({ cluster, containerInstanceArn: arn.replace(/[0-9a-f]{32}$/, 'f'.repeat(32)) })
    expect(await refusal(suite.ecs.send(unknown))).toBe(`ClientException: Referenced container instance ${'f'.repeat(32)} not registered.`)
  })

  test('are refused with the errors of AWS', async () => {
    const cluster = await suite.cluster('errors')
    const describeAll = (...containerInstances: string[]) =>
      suite.ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }))
    expect(await refusal(describeAll())).toBe('InvalidParameterException: Container Instances cannot be empty.')
    expect(await refusal(describeAll('a/b/c'))).toStartWith('InvalidParameterException: Invalid identifier')
    const { failures } = await describeAll('f'.repeat(32))
    expect(failures).toMatchObject([{ reason: 'MISSING' }])
    expect(await refusal(list(suite.named('none')))).toBe('ClusterNotFoundException: Cluster not found.')
  })
})

describe('attributes', () => {
  test('are put, listed page by page and deleted', async () => {
    const cluster = await suite.cluster('attributes')
    const arn = await nodeOf(cluster)
    const id = arn.slice(-32)
    const put = await suite.ecs.send(
      new PutAttributesCommand({
        cluster,
        attributes: [
          { name: 'stack', value: 'prod', targetId: arn },
          { name: 'rack', targetType: 'container-instance', targetId: id },
        ],
      }),
    )
    expect(put.attributes).toEqual([
      { name: 'stack', value: 'prod', targetId: arn },
      { name: 'rack', targetId: arn },
    ])
    const find = async (attributeName: string, attributeValue?: string) => {
      const input = { cluster, targetType: 'container-instance' as const, attributeName }
      return (await suite.ecs.send(new ListAttributesCommand(attributeValue === undefined ? input : { ...input, attributeValue })))
        .attributes
    }
    expect(await find('stack')).toEqual([{ name: 'stack', value: 'prod', targetId: arn }])
    expect(await find('stack', 'test')).toEqual([])
    const seen: string[] = []
    for await (const page of paginateListAttributes({ client: suite.ecs, pageSize: 7 }, { cluster, targetType: 'container-instance' })) {
      seen.push(...(page.attributes ?? []).map(({ name = '', targetId = '' }) => `${targetId} ${name}`))
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toContain(`${arn} ecs.os-type`)
    expect(seen).toContain(`${arn} rack`)
    const deleted = await suite.ecs.send(new DeleteAttributesCommand({ cluster, attributes: [{ name: 'stack', targetId: arn }] }))
    expect(deleted.attributes).toEqual([{ name: 'stack', value: 'prod', targetId: arn }])
    expect(await find('stack')).toEqual([])
  })

  test('are refused with the errors of AWS', async () => {
    const cluster = await suite.cluster('bad-attributes')
    const arn = await nodeOf(cluster)
    const put = (...attributes: { name: string; value?: string; targetId?: string }[]) =>
      suite.ecs.send(new PutAttributesCommand({ cluster, attributes }))
    const many = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({ name: `${prefix}${index}`, targetId: arn }))
    expect(await refusal(put({ name: 'x', targetId: 'f'.repeat(32) }))).toStartWith('TargetNotFoundException: ')
    expect(await refusal(put({ name: 'a b', targetId: arn }))).toStartWith('InvalidParameterException: ')
    expect(await refusal(put({ name: 'x', value: ' y', targetId: arn }))).toStartWith('InvalidParameterException: ')
    expect(await refusal(put({ name: 'ecs.os-type', value: 'plan9', targetId: arn }))).toStartWith('InvalidParameterException: ')
    await put(...many('a', 10))
    expect(await refusal(put(...many('b', 1)))).toStartWith('AttributeLimitExceededException: ')
    expect(await refusal(put(...many('c', 11)))).toStartWith('InvalidParameterException: ')
    const missing = new DeleteAttributesCommand({ cluster, attributes: [{ name: 'x', targetId: 'f'.repeat(32) }] })
    expect(await refusal(suite.ecs.send(missing))).toStartWith('TargetNotFoundException: ')
  })
})

describe("the agent's calls", () => {
  test('are answered', async () => {
    const cluster = await suite.cluster('submit')
    const { endpoint, telemetryEndpoint } = await suite.ecs.send(new DiscoverPollEndpointCommand({ cluster }))
    expect(endpoint).toMatch(/^https?:\/\//)
    expect(telemetryEndpoint).toMatch(/^https?:\/\//)
    const task = 'f'.repeat(32)
    const answers = [
      await suite.ecs.send(new SubmitTaskStateChangeCommand({ cluster, task, status: 'RUNNING' })),
      await suite.ecs.send(new SubmitContainerStateChangeCommand({ cluster, task, containerName: 'app', status: 'RUNNING' })),
      await suite.ecs.send(
        new SubmitAttachmentStateChangesCommand({ cluster, attachments: [{ attachmentArn: 'arn:x', status: 'ATTACHED' }] }),
      ),
    ]
    expect(answers.map(({ acknowledgment }) => acknowledgment)).toEqual(['ACK', 'ACK', 'ACK'])
    expect(await refusal(suite.ecs.send(new SubmitTaskStateChangeCommand({ cluster: suite.named('none') })))).toBe(
      'ClusterNotFoundException: Cluster not found.',
    )
  })
})

describe('the protection of tasks', () => {
  test('is for tasks of services', async () => {
    const cluster = await suite.cluster('protect')
    const { taskDefinitionArn } = await suite.taskDefinition('protect')
    const { tasks = [] } = await suite.ecs.send(new RunTaskCommand({ cluster, taskDefinition: taskDefinitionArn }))
    const task = tasks[0]?.taskArn ?? ''
    const missing = task.replace(/[0-9a-f]{32}$/, 'f'.repeat(32))
    const update = new UpdateTaskProtectionCommand({ cluster, tasks: [task, missing], protectionEnabled: true })
    const failures = [
      { arn: task, reason: 'TASK_NOT_VALID' },
      { arn: missing, reason: 'MISSING' },
    ]
    expect(await suite.ecs.send(update)).toMatchObject({ protectedTasks: [], failures })
    expect(await suite.ecs.send(new GetTaskProtectionCommand({ cluster, tasks: [task, missing] }))).toMatchObject({
      protectedTasks: [],
      failures,
    })
    const tooLong = new UpdateTaskProtectionCommand({ cluster, tasks: [task], protectionEnabled: true, expiresInMinutes: 2881 })
    expect(await refusal(suite.ecs.send(tooLong))).toStartWith('InvalidParameterException: ')
    await stop(cluster, task)
  }, 300_000)
})

describe('task definitions', () => {
  test('are deleted once they are INACTIVE, and gone once nothing runs of them', async () => {
    const cluster = await suite.cluster('delete')
    const used = (await suite.taskDefinition('delete')).taskDefinitionArn
    const unused = (await suite.taskDefinition('delete')).taskDefinitionArn
    const { tasks = [] } = await suite.ecs.send(new RunTaskCommand({ cluster, taskDefinition: used }))
    const remove = (...taskDefinitions: string[]) => suite.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }))
    const family = suite.named('delete')
    expect((await remove(used, family, `${family}:99`)).failures).toEqual([
      { arn: used, reason: 'The specified task definition is still in ACTIVE status. Please deregister the target and try again.' },
      { arn: family, reason: 'The specified task definition identifier is invalid. Specify a valid name or ARN and try again.' },
      {
        arn: `${family}:99`,
        reason: 'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
      },
    ])
    for (const taskDefinition of [used, unused]) await suite.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }))
    const { taskDefinitions = [], failures } = await remove(used, unused)
    expect(failures).toEqual([])
    expect(taskDefinitions.map(({ status }) => status)).toEqual(['DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS'])
    expect(taskDefinitions[0]?.deleteRequestedAt).toBeInstanceOf(Date)

    const statusOf = async (taskDefinition: string) =>
      suite.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition })).then(
        answer => answer.taskDefinition?.status,
        () => 'gone',
      )
    await until('the unused task definition is gone', async () => (await statusOf(unused)) === 'gone', { withinMs: 180_000 })
    expect(await statusOf(used)).toBe('DELETE_IN_PROGRESS')
    await stop(cluster, tasks[0]?.taskArn ?? '')
    await until('the used task definition is gone', async () => (await statusOf(used)) === 'gone', { withinMs: 180_000 })
    expect((await suite.taskDefinition('delete')).revision).toBe(3)
  }, 300_000)
})
