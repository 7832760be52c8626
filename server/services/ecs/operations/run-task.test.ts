import { expect, test } from 'bun:test'
import { settle } from '../../../../test/support/fake-clock.ts'
import { HeldJournal } from '../../../../test/support/held-journal.ts'
import { clusterRow, definitionRow, fargate, fargateDefinition, testContext } from '../../../../test/support/task-rows.ts'
import type { RunTaskRequest, Task } from '../../../aws/generated/ecs.ts'
import { ServiceError } from '../../../aws/errors.ts'
import { tasks } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { runTask } from './run-task.ts'
import { stopTask } from './stop-task.ts'

const run = async (context: EcsContext, request: RunTaskRequest = { taskDefinition: 'web' }) => {
  const { tasks: started = [], failures = [] } = await runTask(context, request)
  return { started, failures, task: started[0] ?? {} }
}
const errorOf = async (context: EcsContext, request: RunTaskRequest) => {
  const error: unknown = await runTask(context, request).catch((reason: unknown) => reason)
  if (!(error instanceof ServiceError)) throw new Error(`no ServiceError but ${String(error)}`)
  return { code: error.code, message: error.message }
}

test('a task on EC2 is answered as ECS answers it', async () => {
  const context = await testContext({
    definitions: [
      definitionRow({
        containerDefinitions: [
          { name: 'app', image: 'nginx', cpu: 10, memory: 300, memoryReservation: 100 },
          { name: 'side', image: 'busybox', cpu: 5, memory: 50, essential: false },
        ],
      }),
    ],
  })
  const { task, failures } = await run(context)
  expect(failures).toEqual([])
  expect(task.taskArn).toMatch(/^arn:aws:ecs:us-east-1:000000000000:task\/default\/[0-9a-f]{32}$/)
  const { containers = [], ...rest } = task
  expect(rest).toEqual({
    attachments: [],
    attributes: [{ name: 'ecs.cpu-architecture', value: process.arch === 'arm64' ? 'arm64' : 'x86_64' }],
    availabilityZone: 'us-east-1a',
    clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
    cpu: '15',
    createdAt: 1_700_000_000,
    desiredStatus: 'RUNNING',
    enableExecuteCommand: false,
    group: 'family:web',
    lastStatus: 'PENDING',
    launchType: 'EC2',
    memory: '150',
    overrides: { containerOverrides: [{ name: 'app' }, { name: 'side' }], inferenceAcceleratorOverrides: [] },
    tags: [],
    taskArn: task.taskArn,
    taskDefinitionArn: 'arn:aws:ecs:us-east-1:000000000000:task-definition/web:1',
    version: 1,
  })
  expect(containers[0]).toEqual({
    containerArn: expect.stringMatching(/^arn:aws:ecs:us-east-1:000000000000:container\/default\/[0-9a-f]{32}\/[0-9a-f-]{36}$/),
    taskArn: task.taskArn,
    name: 'app',
    image: 'nginx',
    lastStatus: 'PENDING',
    networkInterfaces: [],
    cpu: '10',
    memory: '300',
    memoryReservation: '100',
  })
  expect(containers[1]).not.toHaveProperty('memoryReservation')
  expect(context.woken).toEqual([task.taskArn ?? ''])
})

test('a task on Fargate has a network interface, a platform and a disk', async () => {
  const { task } = await run(await testContext(), fargate)
  expect(task).toMatchObject({
    attachments: [
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        type: 'ElasticNetworkInterface',
        status: 'PRECREATED',
        details: [{ name: 'subnetId', value: 'subnet-1' }],
      },
    ],
    attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }],
    cpu: '256',
    memory: '512',
    lastStatus: 'PROVISIONING',
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    ephemeralStorage: { sizeInGiB: 20 },
    fargateEphemeralStorage: { sizeInGiB: 20 },
  })
  expect(task).not.toHaveProperty('capacityProviderName')
})

test('what is overridden is shown, at both levels', async () => {
  const overrides = {
    cpu: '512',
    memory: '1 GB',
    taskRoleArn: 'arn:aws:iam::000000000000:role/task',
    ephemeralStorage: { sizeInGiB: 30 },
    containerOverrides: [{ name: 'app', command: ['true'], cpu: 7, environment: [{ name: 'A', value: '1' }] }],
  }
  const { task } = await run(await testContext(), { ...fargate, overrides, enableExecuteCommand: true })
  expect(task).toMatchObject({
    cpu: '512',
    memory: '1024',
    ephemeralStorage: { sizeInGiB: 30 },
    enableExecuteCommand: true,
    overrides: { ...overrides, inferenceAcceleratorOverrides: [] },
    containers: [{ name: 'app', cpu: '7', managedAgents: [{ name: 'ExecuteCommandAgent', lastStatus: 'PENDING' }] }],
  })
})

test('group and startedBy are kept as given', async () => {
  const { task } = await run(await testContext(), { taskDefinition: 'web', group: 'batch', startedBy: 'AWS Step Functions' })
  expect(task).toMatchObject({ group: 'batch', startedBy: 'AWS Step Functions' })
})

test("tags: the call's own, the definition's when they are propagated, and the managed ones", async () => {
  const context = await testContext({
    definitions: [
      definitionRow(
        {},
        {
          tags: [
            { key: 'team', value: 'red' },
            { key: 'tier', value: 'web' },
          ],
        },
      ),
    ],
  })
  const own = [{ key: 'team', value: 'blue' }]
  expect((await run(context, { taskDefinition: 'web', tags: own })).task.tags).toEqual(own)
  const all = await run(context, { taskDefinition: 'web', tags: own, propagateTags: 'TASK_DEFINITION', enableECSManagedTags: true })
  expect(all.task.tags).toEqual([{ key: 'aws:ecs:clusterName', value: 'default' }, ...own, { key: 'tier', value: 'web' }])
})

test('count tasks are made in one commit, each of its own', async () => {
  const context = await testContext()
  const commits: number[] = []
  context.store.watch(changes => void commits.push(changes.length))
  const { started } = await run(context, { taskDefinition: 'web', count: 10 })
  expect(new Set(started.map(task => task.taskArn)).size).toBe(10)
  expect(commits).toEqual([10])
  expect([...context.woken].sort()).toEqual(started.map(task => task.taskArn ?? '').sort())
})

test('the newest active revision runs where none is named', async () => {
  const context = await testContext({
    definitions: [definitionRow({ revision: 1 }), definitionRow({ revision: 2 }), definitionRow({ revision: 3 }, { status: 'INACTIVE' })],
  })
  expect((await run(context)).task.taskDefinitionArn).toEndWith('task-definition/web:2')
  expect((await run(context, { taskDefinition: 'web:1' })).task.taskDefinitionArn).toEndWith('task-definition/web:1')
})

const repeated: RunTaskRequest = { taskDefinition: 'web', count: 2, clientToken: 'token-1', tags: [{ key: 'a', value: 'b' }] }

test('the same token with the same parameters gives the same tasks, as they are by then', async () => {
  const context = await testContext()
  const first = await run(context, repeated)
  await stopTask(context, { task: first.started[0]?.taskArn ?? '' })
  const again = await run(context, { tags: [{ value: 'b', key: 'a' }], clientToken: 'token-1', count: 2, taskDefinition: 'web' })
  const sortedArns = (started: readonly Task[]) => started.map(task => task.taskArn ?? '').sort()
  expect(sortedArns(again.started)).toEqual(sortedArns(first.started))
  expect(again.started.map(task => task.desiredStatus ?? '').sort()).toEqual(['RUNNING', 'STOPPED'])
  expect(context.store.table(tasks).size).toBe(2)
})

test('calls under the same token at the same time run once', async () => {
  const context = await testContext()
  const [one, other] = await Promise.all([run(context, repeated), run(context, repeated)])
  expect(other.started).toEqual(one.started)
  expect(context.store.table(tasks).size).toBe(2)
})

test('a repeated call is answered when what the first one made is on disk, not before', async () => {
  const journal = new HeldJournal()
  const context = await testContext({}, {}, journal)
  journal.hold()
  const answered: string[] = []
  const first = run(context, repeated).then(() => answered.push('first'))
  const again = run(context, repeated).then(() => answered.push('again'))
  await settle()
  expect(context.store.table(tasks).size).toBe(2)
  expect(answered).toEqual([])
  journal.release()
  await Promise.all([first, again])
})

test('when the disk refuses, neither the call nor its repetition is answered with tasks, and nothing is woken', async () => {
  const journal = new HeldJournal()
  const context = await testContext({}, {}, journal)
  journal.hold()
  const calls = Promise.allSettled([run(context, repeated), run(context, repeated)])
  await settle()
  journal.release(new Error('disk full'))
  expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(context.store.table(tasks).size).toBe(0)
  expect(context.woken).toEqual([])
})

test('the same token with other parameters is a conflict that names the tasks', async () => {
  const context = await testContext()
  const { started } = await run(context, repeated)
  const error: unknown = await runTask(context, { ...repeated, count: 3 }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'ConflictException', members: { resourceIds: started.map(task => task.taskArn ?? '').sort() } })
})

test('a token is of its cluster, and calls without one run each time', async () => {
  const context = await testContext({ clusters: [clusterRow(), clusterRow('other')] })
  const first = await run(context, repeated)
  const other = await run(context, { ...repeated, cluster: 'other' })
  expect(other.task.taskArn).not.toBe(first.task.taskArn ?? '')
  await run(context)
  await run(context)
  expect(context.store.table(tasks).size).toBe(6)
})

test('a fixed host port is held by one task until it is STOPPED', async () => {
  const context = await testContext({
    definitions: [definitionRow({ containerDefinitions: [{ name: 'app', portMappings: [{ containerPort: 80, hostPort: 8080 }] }] })],
  })
  const { started, failures } = await run(context, { taskDefinition: 'web', count: 2 })
  expect(started).toHaveLength(1)
  expect(failures).toEqual([{ reason: 'RESOURCE:PORTS' }])
  expect((await run(context)).failures).toEqual([{ reason: 'RESOURCE:PORTS' }])
  const [row] = context.store.table(tasks).all()
  if (row === undefined) throw new Error('no task')
  await context.store.commit(transaction => transaction.put(tasks, { ...row, task: { ...row.task, lastStatus: 'STOPPED' } }))
  expect((await run(context)).started).toHaveLength(1)
})

test('dynamic host ports differ between the tasks of one call and of several', async () => {
  const definitions = [definitionRow({ containerDefinitions: [{ name: 'app', portMappings: [{ containerPort: 80, hostPort: 0 }] }] })]
  const context = await testContext({ definitions }, { publishedPorts: { first: 9000, last: 9001 } })
  await run(context, { taskDefinition: 'web', count: 2 })
  await run(context)
  const ports = [...context.store.table(tasks).all()].map(row => row.hostPorts?.[0]?.networkBindings[0]?.hostPort)
  expect(new Set(ports)).toEqual(new Set([9000, 9001, 32768]))
})

test('a capacity provider strategy decides the launch type and spreads the tasks', async () => {
  const providers = clusterRow('default', { capacityProviders: ['FARGATE', 'FARGATE_SPOT', 'machines'] })
  const context = await testContext({ clusters: [providers] })
  const { started } = await run(context, {
    ...fargate,
    launchType: undefined,
    count: 8,
    capacityProviderStrategy: [
      { capacityProvider: 'FARGATE', base: 2, weight: 1 },
      { capacityProvider: 'FARGATE_SPOT', weight: 2 },
    ],
  })
  expect(started.every(task => task.launchType === 'FARGATE' && task.platformVersion === '1.4.0')).toBe(true)
  expect(started.filter(task => task.capacityProviderName === 'FARGATE')).toHaveLength(4)
  expect(started.filter(task => task.capacityProviderName === 'FARGATE_SPOT')).toHaveLength(4)
  const { task } = await run(context, { taskDefinition: 'web', capacityProviderStrategy: [{ capacityProvider: 'machines', weight: 1 }] })
  expect(task).toMatchObject({ launchType: 'EC2', capacityProviderName: 'machines' })
})

test("the cluster's default strategy holds where the call names nothing, and a launch type overrules it", async () => {
  const cluster = clusterRow('default', {
    capacityProviders: ['FARGATE_SPOT'],
    defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  })
  const context = await testContext({ clusters: [cluster] })
  expect((await run(context, { ...fargate, launchType: undefined })).task).toMatchObject({ capacityProviderName: 'FARGATE_SPOT' })
  expect((await run(context, { ...fargate, launchType: 'EC2' })).task).toMatchObject({ launchType: 'EC2' })
})

test('Windows finds no machine', async () => {
  const definitions = [definitionRow({ runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } })]
  expect((await run(await testContext({ definitions }))).failures).toEqual([{ reason: 'ATTRIBUTE' }])
})

const vpc = fargate.networkConfiguration
const invalid: readonly (readonly [what: string, request: RunTaskRequest, message: string])[] = [
  [
    'awsvpc without a network',
    { ...fargate, networkConfiguration: undefined },
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  ],
  [
    'a network without awsvpc',
    { taskDefinition: 'web', networkConfiguration: vpc },
    'Network Configuration is not valid for the given networkMode of this task definition.',
  ],
  [
    'a public address on EC2',
    { ...fargate, launchType: 'EC2', networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], assignPublicIp: 'ENABLED' } } },
    'Assign public IP is not supported for this launch type.',
  ],
  ['no subnet', { ...fargate, networkConfiguration: { awsvpcConfiguration: { subnets: [] } } }, 'subnets can not be empty.'],
  [
    'launch type and strategy',
    { ...fargate, capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
    'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
  ],
  [
    'a definition that is not for Fargate',
    { ...fargate, taskDefinition: 'web', networkConfiguration: undefined },
    'Task definition does not support launch_type FARGATE.',
  ],
  [
    'a definition that is not for external machines',
    { ...fargate, launchType: 'EXTERNAL' },
    'Task definition does not support launch_type EXTERNAL.',
  ],
  [
    'a platform version on EC2',
    { taskDefinition: 'web', platformVersion: 'LATEST' },
    'The platform version must be null when specifying an EC2 launch type.',
  ],
  [
    'an unknown container',
    { taskDefinition: 'web', overrides: { containerOverrides: [{ name: 'nobody' }] } },
    'Override for container named nobody is not a container in the TaskDefinition.',
  ],
  [
    'an override without a name',
    { taskDefinition: 'web', overrides: { containerOverrides: [{ command: ['true'] }] } },
    'Override argument cannot be null',
  ],
  [
    'overrides that are too long',
    { taskDefinition: 'web', overrides: { containerOverrides: [{ name: 'app', command: ['x'.repeat(8192)] }] } },
    'Container Overrides length must be at most 8192',
  ],
  ['a long startedBy', { taskDefinition: 'web', startedBy: 'x'.repeat(129) }, 'startedBy longer than 128.'],
  ['a long group', { taskDefinition: 'web', group: 'x'.repeat(256) }, 'group longer than 255.'],
  [
    "a service's group",
    { taskDefinition: 'web', group: 'service:web' },
    "group must not start with 'service:', which is reserved for the tasks of services.",
  ],
  ['a long token', { taskDefinition: 'web', clientToken: 'x'.repeat(65) }, 'clientToken longer than 64.'],
  ['a token with a space', { taskDefinition: 'web', clientToken: 'a b' }, 'clientToken must match ^[!-~]{1,64}$'],
  [
    'placement constraints on Fargate',
    { ...fargate, placementConstraints: [{ type: 'distinctInstance' }] },
    'Placement constraints are not supported with FARGATE launch type.',
  ],
  [
    'a placement strategy on Fargate',
    { ...fargate, placementStrategy: [{ type: 'random' }] },
    'Placement strategies are not supported with FARGATE launch type.',
  ],
  [
    'a size that Fargate lacks',
    { ...fargate, overrides: { cpu: '256', memory: '4096' } },
    'No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values.',
  ],
  ['a small disk', { ...fargate, overrides: { ephemeralStorage: { sizeInGiB: 20 } } }, 'EphemeralStorage size should be at least 21'],
  ['a large disk', { ...fargate, overrides: { ephemeralStorage: { sizeInGiB: 201 } } }, 'EphemeralStorage size should be at most 200'],
  [
    'a disk on EC2',
    { taskDefinition: 'web', overrides: { ephemeralStorage: { sizeInGiB: 30 } } },
    'Tasks using the EC2 launch type do not support EphemeralStorage',
  ],
  [
    'no task role for execute command',
    { taskDefinition: 'web', enableExecuteCommand: true },
    'The execute command failed because a valid task role is not being used. Specify a valid task role in your task definition or as a task override and try again.',
  ],
  [
    'an unknown volume',
    { taskDefinition: 'web', volumeConfigurations: [{ name: 'data' }] },
    "The volume name 'data' in your request does not have a matching volume in your Task Definition",
  ],
  ["a service's tags", { taskDefinition: 'web', propagateTags: 'SERVICE' }, 'propagateTags SERVICE is not supported when running a task.'],
  ["another account's definition", { taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1' }, 'AccountIDs mismatch'],
  ['an inactive definition', { taskDefinition: 'old:1' }, 'TaskDefinition is inactive'],
  [
    'a capacity provider of no one',
    { taskDefinition: 'web', capacityProviderStrategy: [{ capacityProvider: 'nobody' }] },
    'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
  ],
]
for (const [what, request, message] of invalid) {
  test(`${what} is an InvalidParameterException`, async () => {
    const definitions = [definitionRow(), fargateDefinition(), definitionRow({ family: 'old' }, { status: 'INACTIVE' })]
    const context = await testContext({ definitions })
    expect(await errorOf(context, request)).toEqual({ code: 'InvalidParameterException', message })
    expect(context.store.table(tasks).size).toBe(0)
    expect(context.woken).toEqual([])
  })
}

test('an EBS volume that is configured at launch is attached to the task', async () => {
  const context = await testContext({
    definitions: [definitionRow({ family: 'volume', volumes: [{ name: 'data', configuredAtLaunch: true }] })],
  })
  const roleArn = 'arn:aws:iam::000000000000:role/ecsInfrastructureRole'
  const volume = (managedEBSVolume: object) => ({
    volumeConfigurations: [{ name: 'data', managedEBSVolume: { roleArn, ...managedEBSVolume } }],
  })
  const { tasks: [task] = [] } = await runTask(context, { taskDefinition: 'volume', ...volume({ sizeInGiB: 10 }) })
  expect(task?.attachments).toEqual([
    {
      id: expect.any(String),
      type: 'AmazonElasticBlockStorage',
      status: 'CREATED',
      details: [
        { name: 'roleArn', value: roleArn },
        { name: 'volumeName', value: 'data' },
        { name: 'deleteOnTermination', value: 'true' },
      ],
    },
  ])
  for (const request of [{}, { volumeConfigurations: [{ name: 'data' }] }, volume({})]) {
    expect(await errorOf(context, { taskDefinition: 'volume', ...request })).toMatchObject({ code: 'InvalidParameterException' })
  }
})

for (const count of [0, -1, 11, 1.5]) {
  test(`a count of ${count} is refused`, async () => {
    expect(await errorOf(await testContext(), { taskDefinition: 'web', count })).toMatchObject({ code: 'InvalidParameterException' })
  })
}

test('the other errors of the model', async () => {
  const context = await testContext({
    clusters: [clusterRow(), clusterRow('gone', { status: 'INACTIVE' })],
    definitions: [definitionRow(), fargateDefinition()],
  })
  expect(await errorOf(context, { taskDefinition: 'nobody' })).toEqual({ code: 'ClientException', message: 'TaskDefinition not found.' })
  expect(await errorOf(context, { taskDefinition: 'web:9' })).toEqual({ code: 'ClientException', message: 'TaskDefinition not found.' })
  expect(await errorOf(context, { taskDefinition: 'web', cluster: 'nobody' })).toEqual({
    code: 'ClusterNotFoundException',
    message: 'Cluster not found.',
  })
  expect(await errorOf(context, { taskDefinition: 'web', cluster: 'gone' })).toEqual({
    code: 'ClusterNotFoundException',
    message: 'The referenced cluster was inactive.',
  })
  expect(await errorOf(context, { ...fargate, platformVersion: '9.9.9' })).toEqual({
    code: 'PlatformUnknownException',
    message: 'The specified platform does not exist.',
  })
  expect(await errorOf(context, { ...fargate, platformVersion: '1.3.0', overrides: { ephemeralStorage: { sizeInGiB: 50 } } })).toEqual({
    code: 'PlatformTaskDefinitionIncompatibilityException',
    message: 'One or more of the requested capabilities are not supported.',
  })
})
