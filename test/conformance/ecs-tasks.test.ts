// The operations on tasks, driven by the AWS SDK as a user drives them: against `kecs serve`, or a cluster where
// KECS_TEST_ENDPOINT names one.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  ConflictException,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeTasksCommand,
  type ECSClient,
  type ECSServiceException,
  ListTasksCommand,
  paginateListTasks,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { openEndpoint } from '../support/endpoint.ts'
import type { TestEndpoint } from '../support/endpoint.ts'
import { ecsOf } from '../support/tasks.ts'

const unique = `ecs-tasks-${process.pid}-${Date.now().toString(36)}`
const cluster = unique
const family = `${unique}-bridge`
const fargateFamily = `${unique}-fargate`
const missing = 'f'.repeat(32)
const waits = { maxWaitTime: 180, minDelay: 1, maxDelay: 2 }
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] } }

let endpoint: TestEndpoint
let ecs: ECSClient

beforeAll(async () => {
  endpoint = await openEndpoint()
  ecs = ecsOf({ endpoint: endpoint.url })
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      containerDefinitions: [
        { name: 'app', image: 'busybox:latest', command: ['sleep', '600'], memory: 32, stopTimeout: 2 },
        { name: 'side', image: 'busybox:latest', command: ['sleep', '600'], memory: 32, stopTimeout: 2, essential: false },
      ],
      tags: [{ key: 'tier', value: 'web' }],
    }),
  )
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: fargateFamily,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'busybox:latest', command: ['sleep', '600'], stopTimeout: 2 }],
    }),
  )
}, 300_000)

afterAll(async () => {
  const listed = async (desiredStatus: 'RUNNING' | 'STOPPED'): Promise<string[]> => {
    const arns: string[] = []
    for await (const page of paginateListTasks({ client: ecs }, { cluster, desiredStatus })) arns.push(...(page.taskArns ?? []))
    return arns
  }
  await Promise.all((await listed('RUNNING')).map(task => ecs.send(new StopTaskCommand({ cluster, task }))))
  // Those that were asked to stop before may still be stopping.
  const all = await listed('STOPPED')
  for (let from = 0; from < all.length; from += 100) {
    await waitUntilTasksStopped({ client: ecs, ...waits }, { cluster, tasks: all.slice(from, from + 100) })
  }
  await ecs.send(new DeleteClusterCommand({ cluster }))
  await endpoint.close()
}, 300_000)

/** Starts tasks of the bridge definition; fails where any of them could not be placed. */
async function run(more: Partial<RunTaskCommandInput> = {}): Promise<string[]> {
  const { tasks = [], failures } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: family, ...more }))
  expect(failures).toEqual([])
  return tasks.map(task => task.taskArn ?? '')
}
async function shown(task: string) {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task], include: ['TAGS'] }))
  const found = tasks?.[0]
  if (found === undefined) throw new Error(`${task} is not there`)
  return found
}
const errorOf = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.then(
    () => undefined,
    (reason: ECSServiceException) => reason,
  )
  return error === undefined ? 'no error' : `${error.name}: ${error.message}`
}
const runError = (more: Partial<RunTaskCommandInput>) => errorOf(ecs.send(new RunTaskCommand({ cluster, taskDefinition: family, ...more })))

describe('a task from its start to its end', () => {
  test('runs, is described, listed, stopped and described again', async () => {
    const [task = ''] = await run({ startedBy: `${unique}-whole`, tags: [{ key: 'team', value: 'red' }] })
    await waitUntilTasksRunning({ client: ecs, ...waits }, { cluster, tasks: [task] })
    const running = await shown(task)
    expect(running).toMatchObject({
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
      connectivity: 'CONNECTED',
      healthStatus: 'UNKNOWN',
      launchType: 'EC2',
      group: `family:${family}`,
      startedBy: `${unique}-whole`,
      tags: [{ key: 'team', value: 'red' }],
    })
    expect(running.containers?.map(({ name, lastStatus }) => [name, lastStatus])).toEqual([
      ['app', 'RUNNING'],
      ['side', 'RUNNING'],
    ])
    for (const time of [running.createdAt, running.pullStartedAt, running.pullStoppedAt, running.startedAt]) {
      expect(time).toBeInstanceOf(Date)
    }
    expect((await ecs.send(new ListTasksCommand({ cluster, startedBy: `${unique}-whole` }))).taskArns).toEqual([task])

    const { task: stopping } = await ecs.send(new StopTaskCommand({ cluster, task, reason: 'seen enough' }))
    expect(stopping).toMatchObject({ desiredStatus: 'STOPPED', lastStatus: 'RUNNING', stopCode: 'UserInitiated' })
    expect(stopping?.stoppingAt).toBeInstanceOf(Date)
    // By one of its own; what else is seen of the task meanwhile counts too.
    expect(stopping?.version).toBeGreaterThan(running.version ?? Infinity)
    await waitUntilTasksStopped({ client: ecs, ...waits }, { cluster, tasks: [task] })
    const stopped = await shown(task)
    expect(stopped).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: 'seen enough', stopCode: 'UserInitiated' })
    expect(stopped.stoppedAt).toBeInstanceOf(Date)
    for (const container of stopped.containers ?? [])
      expect(container).toMatchObject({ lastStatus: 'STOPPED', exitCode: expect.any(Number) })
    expect((await ecs.send(new ListTasksCommand({ cluster, family, desiredStatus: 'STOPPED' }))).taskArns).toContain(task)
    expect((await ecs.send(new StopTaskCommand({ cluster, task }))).task).toMatchObject({ stoppedReason: 'seen enough' })
  }, 300_000)

  test('on Fargate it has a network interface with an address', async () => {
    const [task = ''] = await run({ taskDefinition: fargateFamily, launchType: 'FARGATE', networkConfiguration })
    await waitUntilTasksRunning({ client: ecs, ...waits }, { cluster, tasks: [task] })
    const { attachments, containers, ...rest } = await shown(task)
    expect(rest).toMatchObject({ launchType: 'FARGATE', platformVersion: '1.4.0', platformFamily: 'Linux', cpu: '256', memory: '512' })
    expect(attachments?.[0]).toMatchObject({ type: 'ElasticNetworkInterface', status: 'ATTACHED' })
    const address = attachments?.[0]?.details?.find(({ name }) => name === 'privateIPv4Address')?.value
    expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    expect(containers?.[0]?.networkInterfaces).toEqual([{ attachmentId: attachments?.[0]?.id ?? '', privateIpv4Address: address ?? '' }])
    await ecs.send(new StopTaskCommand({ cluster, task }))
  }, 300_000)

  test("ends with its essential container's exit code; overrides reach the container", async () => {
    const [task = ''] = await run({
      overrides: {
        // As Terraform sends them where none was given.
        cpu: '',
        memory: '',
        containerOverrides: [
          {
            name: 'app',
            memory: 0,
            memoryReservation: 0,
            command: ['sh', '-c', 'exit $CODE'],
            environment: [{ name: 'CODE', value: '3' }],
          },
        ],
      },
    })
    await waitUntilTasksStopped({ client: ecs, ...waits }, { cluster, tasks: [task] })
    const { containers, ...rest } = await shown(task)
    expect(rest).toMatchObject({ stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' })
    expect(containers?.find(({ name }) => name === 'app')?.exitCode).toBe(3)
  }, 300_000)
})

describe('RunTask', () => {
  test('the same token and parameters give the same tasks; other parameters are a conflict', async () => {
    const clientToken = `${unique}-token`
    const first = await run({ clientToken, count: 2, startedBy: `${unique}-token` })
    expect((await run({ clientToken, count: 2, startedBy: `${unique}-token` })).sort()).toEqual(first.sort())
    expect((await ecs.send(new ListTasksCommand({ cluster, startedBy: `${unique}-token` }))).taskArns).toHaveLength(2)
    const conflict: unknown = await ecs
      .send(new RunTaskCommand({ cluster, taskDefinition: family, clientToken }))
      .catch((error: unknown) => error)
    if (!(conflict instanceof ConflictException)) throw new Error(`no conflict but ${String(conflict)}`)
    expect(conflict.resourceIds?.toSorted()).toEqual(first.sort())
  })

  test("tags are propagated, and ECS' own are added", async () => {
    const [task = ''] = await run({ propagateTags: 'TASK_DEFINITION', enableECSManagedTags: true })
    expect((await shown(task)).tags).toEqual(
      expect.arrayContaining([
        { key: 'tier', value: 'web' },
        { key: 'aws:ecs:clusterName', value: cluster },
      ]),
    )
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }))
    expect(tasks?.[0]?.tags).toEqual([])
  })

  test('a host port that is held is a failure', async () => {
    const hostPort = 61_000 + (process.pid % 4_000)
    const portFamily = `${unique}-port`
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: portFamily,
        containerDefinitions: [
          {
            name: 'app',
            image: 'busybox:latest',
            command: ['sleep', '600'],
            memory: 32,
            stopTimeout: 2,
            portMappings: [{ containerPort: 80, hostPort }],
          },
        ],
      }),
    )
    const { tasks, failures } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: portFamily, count: 2 }))
    expect(tasks).toHaveLength(1)
    expect(failures).toEqual([{ reason: 'RESOURCE:PORTS' }])
    const task = tasks?.[0]?.taskArn ?? ''
    await waitUntilTasksRunning({ client: ecs, ...waits }, { cluster, tasks: [task] })
    expect((await shown(task)).containers?.[0]?.networkBindings).toEqual([
      { bindIP: '0.0.0.0', containerPort: 80, hostPort, protocol: 'tcp' },
    ])
    await ecs.send(new StopTaskCommand({ cluster, task }))
  }, 300_000)

  const onFargate = { taskDefinition: fargateFamily, launchType: 'FARGATE' } as const
  const errors: readonly (readonly [request: Partial<RunTaskCommandInput>, error: string])[] = [
    [{ cluster: `${unique}-none` }, 'ClusterNotFoundException: Cluster not found.'],
    [{ taskDefinition: `${unique}-none` }, 'ClientException: TaskDefinition not found.'],
    [onFargate, "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified."],
    [
      { networkConfiguration },
      'InvalidParameterException: Network Configuration is not valid for the given networkMode of this task definition.',
    ],
    [{ launchType: 'FARGATE' }, 'InvalidParameterException: Task definition does not support launch_type FARGATE.'],
    [
      { launchType: 'EC2', capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
      'InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    ],
    [
      { ...onFargate, networkConfiguration, placementConstraints: [{ type: 'distinctInstance' }] },
      'InvalidParameterException: Placement constraints are not supported with FARGATE launch type.',
    ],
    [{ ...onFargate, networkConfiguration, platformVersion: '0.0.1' }, 'PlatformUnknownException: The specified platform does not exist.'],
    [
      { ...onFargate, networkConfiguration, platformVersion: '1.3.0', overrides: { ephemeralStorage: { sizeInGiB: 30 } } },
      'PlatformTaskDefinitionIncompatibilityException: One or more of the requested capabilities are not supported.',
    ],
    [{ platformVersion: 'LATEST' }, 'InvalidParameterException: The platform version must be null when specifying an EC2 launch type.'],
    [
      { overrides: { containerOverrides: [{ name: 'nobody' }] } },
      'InvalidParameterException: Override for container named nobody is not a container in the TaskDefinition.',
    ],
    [{ startedBy: 'x'.repeat(129) }, 'InvalidParameterException: startedBy longer than 128.'],
    [{ clientToken: 'x'.repeat(65) }, 'InvalidParameterException: clientToken longer than 64.'],
  ]
  for (const [request, error] of errors) test(`refuses with ${error}`, async () => expect(await runError(request)).toBe(error))
  test('refuses more than ten tasks and less than one', async () => {
    expect(await runError({ count: 11 })).toStartWith('InvalidParameterException: ')
    expect(await runError({ count: 0 })).toStartWith('InvalidParameterException: ')
  })
})

describe('DescribeTasks and ListTasks', () => {
  test('a missing task is a failure, not an error', async () => {
    const { tasks, failures } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [missing] }))
    expect(tasks).toEqual([])
    expect(failures).toEqual([{ arn: expect.stringMatching(new RegExp(`:task/${cluster}/${missing}$`)), reason: 'MISSING' }])
  })

  test('pages lead to every task', async () => {
    const startedBy = `${unique}-pages`
    const wanted = await run({ startedBy, count: 5 })
    const sizes: number[] = []
    const found: string[] = []
    for await (const page of paginateListTasks({ client: ecs, pageSize: 2 }, { cluster, startedBy })) {
      sizes.push(page.taskArns?.length ?? 0)
      found.push(...(page.taskArns ?? []))
    }
    expect(sizes).toEqual([2, 2, 1])
    expect(found.sort()).toEqual(wanted.sort())
  })

  test('filters choose by family and launch type', async () => {
    const [task = ''] = await run({ taskDefinition: fargateFamily, launchType: 'FARGATE', networkConfiguration })
    const onEc2 = await ecs.send(new ListTasksCommand({ cluster, launchType: 'EC2' }))
    const ofFamily = await ecs.send(new ListTasksCommand({ cluster, family: fargateFamily, launchType: 'FARGATE' }))
    expect(onEc2.taskArns).not.toContain(task)
    expect(ofFamily.taskArns).toContain(task)
    expect((await ecs.send(new ListTasksCommand({ cluster, desiredStatus: 'PENDING' }))).taskArns).toEqual([])
  })

  test('errors', async () => {
    const described = (tasks: string[], of = cluster) => errorOf(ecs.send(new DescribeTasksCommand({ cluster: of, tasks })))
    expect(await described([])).toBe('InvalidParameterException: Tasks cannot be empty.')
    expect(await described(Array.from({ length: 101 }, () => missing))).toBe(
      'InvalidParameterException: taskIds can have at most 100 items.',
    )
    expect(await described(['None'])).toBe('InvalidParameterException: taskId length should be one of [32,36]')
    expect(await described([missing], `${unique}-none`)).toBe('ClusterNotFoundException: Cluster not found.')
    const listed = (input: Record<string, unknown>) => errorOf(ecs.send(new ListTasksCommand({ cluster, ...input })))
    expect(await listed({ startedBy: 'me', family })).toBe('InvalidParameterException: cannot specify startedBy with other arguments')
    expect(await listed({ serviceName: 'nobody' })).toBe('ServiceNotFoundException: Service not found.')
    expect(await listed({ nextToken: 'nonsense' })).toStartWith('InvalidParameterException: ')
    expect(await listed({ maxResults: 101 })).toStartWith('InvalidParameterException: ')
    expect(await listed({ cluster: `${unique}-none` })).toBe('ClusterNotFoundException: Cluster not found.')
  })
})

test('StopTask errors', async () => {
  const stopped = (input: { task: string; cluster?: string; reason?: string }) =>
    errorOf(ecs.send(new StopTaskCommand({ cluster, ...input })))
  expect(await stopped({ task: missing })).toBe('InvalidParameterException: The referenced task was not found.')
  expect(await stopped({ task: 'None' })).toBe('InvalidParameterException: taskId length should be one of [32,36]')
  expect(await stopped({ task: missing, cluster: `${unique}-none` })).toBe('ClusterNotFoundException: Cluster not found.')
})
