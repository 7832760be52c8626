// Tasks go on running when the state that knew them is lost: another one takes them back.
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../shared/clock.ts'
import { randomIds } from '../../shared/ids.ts'
import { FlakyRuntime } from '../../test/support/flaky-runtime.ts'
import { ecsOf } from '../../test/support/tasks.ts'
import { until } from '../../test/support/until.ts'
import { type RunningServer, startServer } from '../main.ts'
import { SimulatedRuntime } from '../runtime/simulated/index.ts'

setDefaultTimeout(30_000)

let root: string
let runtime: FlakyRuntime
let server: RunningServer | undefined
let ecs: ECSClient
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-adoption-'))
})
afterAll(() => rm(root, { recursive: true }))
beforeEach(() => {
  runtime = new FlakyRuntime(new SimulatedRuntime({ clock: systemClock, ids: randomIds }))
})
afterEach(async () => {
  await stop()
  runtime.fails = () => undefined
  // Their host ports are real ones.
  await Promise.all([...runtime.list()].map(task => runtime.release(task)))
})

let folders = 0
const newFolder = (): string => join(root, String(++folders))

/** A control plane over what runs, with the state in a folder. */
const start = async (dataDir: string): Promise<RunningServer> => {
  const config = {
    dataDir,
    host: '127.0.0.1',
    apiPort: 0,
    adminPort: 0,
    runtime: 'simulated',
    instance: 'test',
    logLevel: 'error',
  } as const
  server = await startServer(config, { strict: true, runtime: { runtime, close: () => undefined } })
  ecs = ecsOf({ endpoint: server.url })
  const { adminUrl } = server
  await until('what runs is known', async () => (await fetch(`${adminUrl}/ready`)).ok)
  return server
}
const stop = async (): Promise<void> => {
  await server?.stop()
  server = undefined
}

const register = (command: readonly string[] = []) =>
  ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      containerDefinitions: [
        { name: 'app', image: 'nginx', memory: 64, command: [...command], portMappings: [{ containerPort: 80 }] },
        { name: 'helper', image: 'busybox', memory: 32, essential: false },
      ],
      tags: [{ key: 'of', value: 'definition' }],
    }),
  )
const seen = async (task: string): Promise<Task> =>
  (await ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: [task], include: ['TAGS'] }))).tasks?.[0] ?? {}
const becomes = (task: string, lastStatus: string): Promise<Task> =>
  until(`${task} is ${lastStatus}`, async () => {
    const found = await seen(task)
    return found.lastStatus === lastStatus && found
  })
const run = async (): Promise<Task> => {
  const { tasks: [task] = [] } = await ecs.send(
    new RunTaskCommand({
      cluster: 'shop',
      taskDefinition: 'web',
      startedBy: 'me',
      group: 'batch',
      tags: [{ key: 'team', value: 'blue' }],
      overrides: { containerOverrides: [{ name: 'app', environment: [{ name: 'MODE', value: 'slow' }] }] },
    }),
  )
  return task ?? {}
}
const starts = (): number => runtime.calls.filter(call => /^start [0-9a-f]{32}$/.test(call)).length
const prepare = async (command?: readonly string[]): Promise<void> => {
  await ecs.send(new CreateClusterCommand({ clusterName: 'shop', tags: [{ key: 'of', value: 'cluster' }] }))
  await register()
  await register(command)
}

test('a running task is what it was, with its cluster and its task definition, and can be stopped', async () => {
  await start(newFolder())
  await prepare()
  const arn = (await run()).taskArn ?? ''
  const before = await becomes(arn, 'RUNNING')
  await stop()

  await start(newFolder())
  const { version: _, ...after } = await becomes(arn, 'RUNNING')
  const { version: __, ...known } = before
  expect(after).toEqual(known)
  expect(after.containers?.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING'])
  expect(starts()).toBe(1)
  const { clusters: [cluster] = [] } = await ecs.send(new DescribeClustersCommand({ clusters: ['shop'], include: ['TAGS'] }))
  expect(cluster).toMatchObject({ status: 'ACTIVE', runningTasksCount: 1, tags: [{ key: 'of', value: 'cluster' }] })
  const { taskDefinition, tags } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web:2', include: ['TAGS'] }))
  expect([taskDefinition?.containerDefinitions?.length, tags]).toEqual([2, [{ key: 'of', value: 'definition' }]])
  expect((await ecs.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags).toEqual([{ key: 'team', value: 'blue' }])
  // Its host port is not given twice, nor its definition's number.
  const other = await becomes((await run()).taskArn ?? '', 'RUNNING')
  const portOf = (task: Task): number | undefined => task.containers?.[0]?.networkBindings?.[0]?.hostPort
  expect(portOf(other)).not.toBe(portOf(after))
  expect((await register()).taskDefinition?.revision).toBe(3)

  await ecs.send(new StopTaskCommand({ cluster: 'shop', task: arn, reason: 'enough' }))
  expect(await becomes(arn, 'STOPPED')).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'enough' })
})

test('one that ended meanwhile is told with its exit code, and let go of', async () => {
  await start(newFolder())
  await prepare(['sh', '-c', 'sleep 0.5; exit 3'])
  const arn = (await run()).taskArn ?? ''
  await becomes(arn, 'RUNNING')
  await stop()
  await until('it ended', () => [...runtime.list()].every(({ containers }) => containers[0]?.state.is === 'terminated'))

  await start(newFolder())
  const { stopCode, containers } = await becomes(arn, 'STOPPED')
  expect([stopCode, containers?.[0]?.exitCode]).toEqual(['EssentialContainerExited', 3])
  await until('it is let go of', () => [...runtime.list()].length === 0)
  expect(starts()).toBe(1)
})

test('a service of an older state, or made anew, has its count of tasks and not twice as many', async () => {
  const folder = newFolder()
  await start(folder)
  await prepare()
  const service = { cluster: 'shop', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 }
  await ecs.send(new CreateServiceCommand(service))
  const steady = async (): Promise<readonly string[]> => {
    await until('two tasks of one deployment run, and are all there are', async () => {
      const { services: [found] = [] } = await ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['web'] }))
      const [deployment, ...others] = found?.deployments ?? []
      return (
        deployment?.runningCount === 2 && deployment.rolloutState === 'COMPLETED' && others.length === 0 && [...runtime.list()].length === 2
      )
    })
    return ((await ecs.send(new ListTasksCommand({ cluster: 'shop', serviceName: 'web' }))).taskArns ?? []).toSorted()
  }
  const first = await steady()
  await stop()

  // The state of another folder knows no service: its tasks go on until somebody makes it again.
  await start(newFolder())
  expect((await ecs.send(new ListTasksCommand({ cluster: 'shop' }))).taskArns?.toSorted()).toEqual([...first])
  await ecs.send(new CreateServiceCommand(service))
  const second = await steady()
  expect(second.filter(arn => first.includes(arn))).toEqual([])
  await stop()

  // The older state knows the service, and none of the tasks that it has now.
  await start(folder)
  await steady()
})

test('what was removed from this very state is stopped and not taken back', async () => {
  const folder = newFolder()
  const { adminUrl } = await start(folder)
  await prepare()
  const snapshots = (verb: string) => fetch(`${adminUrl}/snapshots/${verb}`, { method: 'POST', body: '{"name":"before"}' })
  expect((await snapshots('take')).status).toBe(200)
  const arn = (await run()).taskArn ?? ''
  await becomes(arn, 'RUNNING')
  // The process ends before it comes to stopping what the snapshot does not know.
  runtime.fails = () => 'before'
  expect((await snapshots('restore')).status).toBe(200)
  await stop()
  expect([...runtime.list()]).toHaveLength(1)

  runtime.fails = () => undefined
  await start(folder)
  expect((await seen(arn)).taskArn).toBeUndefined()
  await until('it is gone', () => [...runtime.list()].length === 0)
})

test('what a state that was made of a snapshot by order does not have is stopped, also when the process ended first', async () => {
  const folder = newFolder()
  const { adminUrl } = await start(folder)
  await prepare()
  expect((await fetch(`${adminUrl}/snapshots/take`, { method: 'POST', body: '{"name":"before"}' })).status).toBe(200)
  const arn = (await run()).taskArn ?? ''
  await becomes(arn, 'RUNNING')
  await stop()
  await writeFile(join(folder, 'kecs.restore.json'), '{"snapshot":"before"}')
  // It is not come to stopping what the snapshot does not know.
  runtime.fails = () => 'before'
  await start(folder)
  await stop()
  expect([...runtime.list()]).toHaveLength(1)

  runtime.fails = () => undefined
  await start(folder)
  expect((await seen(arn)).taskArn).toBeUndefined()
  await until('it is gone', () => [...runtime.list()].length === 0)
})

test('a task is not stopped because it cannot be asked about for a while', async () => {
  await start(newFolder())
  await prepare()
  const arn = (await run()).taskArn ?? ''
  await becomes(arn, 'RUNNING')
  await stop()

  let refusals = 2
  runtime.onRecall = () => {
    if (refusals-- > 0) throw new Error('the API server is away')
  }
  await start(newFolder())
  await becomes(arn, 'RUNNING')
  expect(refusals).toBe(-1)
  expect(runtime.calls.filter(call => call.startsWith('stop '))).toEqual([])
})
