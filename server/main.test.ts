import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  DescribeClustersCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type ContainerDefinition,
  type Task,
} from '@aws-sdk/client-ecs'
import { randomIds } from '../shared/ids.ts'
import { systemClock } from '../shared/clock.ts'
import { until } from '../test/support/until.ts'
import type { ServerConfig } from './config.ts'
import { type RunningServer, startServer } from './main.ts'
import { SimulatedRuntime } from './runtime/simulated/index.ts'

// The machine may be busy with other tests.
setDefaultTimeout(30_000)

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-server-'))
})
afterAll(() => rm(root, { recursive: true }))

const configIn = (dataDir: string): ServerConfig => ({
  dataDir,
  host: '127.0.0.1',
  apiPort: 0,
  adminPort: 0,
  runtime: 'simulated',
  instance: 'test',
  logLevel: 'error',
})
const clients: ECSClient[] = []
afterAll(() => clients.forEach(client => client.destroy()))

const clientOf = (url: string): ECSClient => {
  const client = new ECSClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  clients.push(client)
  return client
}

/** Calls `use` with a server on `dataDir` and a client of it, then stops it. */
const serving = async <Answer>(
  dataDir: string,
  use: (client: ECSClient, server: RunningServer) => Promise<Answer>,
  more: Partial<ServerConfig> = {},
): Promise<Answer> => {
  const server = await startServer({ ...configIn(dataDir), ...more }, { strict: true })
  try {
    return await use(clientOf(server.url), server)
  } finally {
    await server.stop()
  }
}

const newFolder = (): Promise<string> => mkdtemp(join(root, 'data-'))

const register = (client: ECSClient, container: Partial<ContainerDefinition> = {}): Promise<unknown> =>
  client.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      containerDefinitions: [{ name: 'app', image: 'nginx:alpine', memory: 64, ...container }],
    }),
  )

const run = async (client: ECSClient): Promise<string> => {
  const { tasks = [], failures = [] } = await client.send(new RunTaskCommand({ taskDefinition: 'web' }))
  expect(failures).toEqual([])
  return tasks[0]?.taskArn ?? ''
}

const describeTask = async (client: ECSClient, arn: string): Promise<Task> => {
  const { tasks = [], failures = [] } = await client.send(new DescribeTasksCommand({ tasks: [arn] }))
  expect(failures).toEqual([])
  const [task] = tasks
  if (task === undefined) throw new Error(`no task ${arn}`)
  return task
}

const taskIn = (client: ECSClient, arn: string, lastStatus: string): Promise<Task> =>
  until(
    `task ${lastStatus}`,
    async () => {
      const task = await describeTask(client, arn)
      if (task.lastStatus === lastStatus) return task
      throw new Error(`the task is ${task.lastStatus}: ${task.stoppedReason}`)
    },
    { withinMs: 20_000, everyMs: 10 },
  )

describe('a composed control plane', () => {
  test('runs a task and stops it', async () => {
    await serving(await newFolder(), async (client, { adminUrl }) => {
      await client.send(new CreateClusterCommand({}))
      await register(client)
      const arn = await run(client)
      const running = await taskIn(client, arn, 'RUNNING')
      expect(running).toMatchObject({ desiredStatus: 'RUNNING', connectivity: 'CONNECTED', healthStatus: 'UNKNOWN' })
      for (const time of [running.createdAt, running.connectivityAt, running.pullStartedAt, running.pullStoppedAt, running.startedAt]) {
        expect(time).toBeInstanceOf(Date)
      }
      expect(running.containers).toMatchObject([
        { name: 'app', lastStatus: 'RUNNING', imageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      ])
      const { task: stopping } = await client.send(new StopTaskCommand({ task: arn, reason: 'enough' }))
      expect(stopping).toMatchObject({ desiredStatus: 'STOPPED', lastStatus: 'RUNNING' })
      const stopped = await taskIn(client, arn, 'STOPPED')
      expect(stopped).toMatchObject({
        stopCode: 'UserInitiated',
        stoppedReason: 'enough',
        containers: [{ exitCode: 143, lastStatus: 'STOPPED' }],
      })
      expect(stopped.version).toBeGreaterThan(running.version ?? 0)

      const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
      expect(metrics).toContain('kecs_tasks{status="STOPPED"} 1')
      expect(metrics).toContain('kecs_reconcile_duration_seconds_count{kind="task"}')
    })
  })

  test('tells that it is simulated, and that it is ready', async () => {
    await serving(await newFolder(), async (_client, { url, adminUrl }) => {
      const health = await fetch(`${url}/_kecs/health`)
      expect(health.headers.get('x-kecs-simulated')).toBe('true')
      expect(await health.json()).toMatchObject({
        instance: 'test',
        runtime: 'simulated',
        simulated: true,
        components: { store: { state: 'ready' }, runtime: { state: 'ready' } },
      })
      expect((await fetch(`${adminUrl}/ready`)).status).toBe(200)
    })
  })

  test('keeps clusters over a restart, and says of the old tasks that what they ran on is gone', async () => {
    const folder = await newFolder()
    const arn = await serving(folder, async client => {
      await client.send(new CreateClusterCommand({}))
      await register(client)
      const started = await run(client)
      await taskIn(client, started, 'RUNNING')
      return started
    })
    await serving(folder, async client => {
      const { clusters } = await client.send(new DescribeClustersCommand({}))
      expect(clusters).toMatchObject([{ clusterName: 'default', status: 'ACTIVE', runningTasksCount: 0 }])
      const task = await taskIn(client, arn, 'STOPPED')
      expect(task).toMatchObject({
        stopCode: 'TerminationNotice',
        stoppedReason: expect.stringMatching(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/),
      })
      await taskIn(client, await run(client), 'RUNNING')
    })
  })

  test('is emptied on the admin port, where that is allowed, and stays empty', async () => {
    const folder = await newFolder()
    const reset = (server: RunningServer, headers = {}) => fetch(`${server.adminUrl}/_kecs/reset`, { method: 'POST', headers })
    await serving(folder, async (client, server) => {
      await client.send(new CreateClusterCommand({}))
      await register(client)
      await taskIn(client, await run(client), 'RUNNING')
      const refused = await reset(server)
      expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('--allow-reset')])
      expect((await client.send(new DescribeClustersCommand({}))).clusters).toHaveLength(1)
    })
    // The tables of a restarted process are read when they are first asked for: some were not.
    await serving(
      folder,
      async (client, server) => {
        expect((await reset(server, { origin: 'https://example.com' })).status).toBe(403)
        const done = await reset(server)
        expect([done.status, await done.json()]).toEqual([200, { clusters: 1, tasks: 0, milliseconds: expect.any(Number) }])
        expect((await fetch(`${server.url}/_kecs/reset`, { method: 'POST' })).status).toBe(400)
        expect(await client.send(new DescribeClustersCommand({}))).toMatchObject({ clusters: [], failures: [{ reason: 'MISSING' }] })
        await client.send(new CreateClusterCommand({}))
        await register(client)
        const arn = await run(client)
        expect(arn).toBeTruthy()
        expect((await taskIn(client, arn, 'RUNNING')).taskDefinitionArn).toEndWith(':task-definition/web:1')
        expect(await (await reset(server)).json()).toMatchObject({ clusters: 1, tasks: 1 })
      },
      { allowReset: true },
    )
    await serving(folder, async client => {
      expect((await client.send(new DescribeClustersCommand({}))).clusters).toEqual([])
    })
  })

  test('leaves nothing running when a port is taken', async () => {
    const folder = await newFolder()
    await serving(await newFolder(), async (_client, { url }) => {
      const config = { ...configIn(folder), apiPort: Number(new URL(url).port) }
      await expect(startServer(config)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    })
    await serving(folder, async client => {
      await client.send(new CreateClusterCommand({}))
    })
  })

  test('gives tasks its own address when it is told none', async () => {
    const runtime = new SimulatedRuntime({ clock: systemClock, ids: randomIds })
    const server = await startServer(configIn(await newFolder()), { strict: true, runtime: { runtime, close: () => runtime.close() } })
    const client = clientOf(server.url)
    await client.send(new CreateClusterCommand({}))
    await register(client, { command: ['sh', '-c', 'echo $AWS_ENDPOINT_URL; sleep 60'] })
    await taskIn(client, await run(client), 'RUNNING')
    const [observation] = runtime.list()
    if (observation === undefined) throw new Error('the runtime has no task')
    await until('a line in the log', async () => {
      const [line] = await runtime.logs(observation, { container: 'app', tail: 1 })
      return line === server.url
    })
    await server.stop()
  })

  test('loses no acknowledged task when it is killed in the middle of 20 RunTask calls', async () => {
    const folder = await newFolder()
    const { child, url } = await serve(folder)
    const client = clientOf(url)
    await client.send(new CreateClusterCommand({}))
    await register(client)
    const acknowledged: string[] = []
    const calls = Array.from({ length: 20 }, async () => {
      acknowledged.push(await run(client))
      if (acknowledged.length === 7) child.kill('SIGKILL')
    })
    await Promise.allSettled(calls)
    await child.exited
    expect(acknowledged.length).toBeGreaterThanOrEqual(7)
    await serving(folder, async again => {
      for (const arn of acknowledged) {
        expect(await taskIn(again, arn, 'STOPPED')).toMatchObject({ stopCode: 'TerminationNotice' })
      }
    })
  })

  test('ends by itself when it is told to, with tasks that run', async () => {
    const { child, url } = await serve(await newFolder())
    const client = clientOf(url)
    await client.send(new CreateClusterCommand({}))
    await register(client)
    await taskIn(client, await run(client), 'RUNNING')
    child.kill('SIGTERM')
    await child.exited
    expect(child.signalCode).toBeNull()
  })
})

/** `kecs serve` in a process of its own. */
const serve = async (folder: string) => {
  const processFile = `${folder}.json`
  const flags = ['--port', '0', '--admin-port', '0', '--data', folder, '--process-file', processFile, '--quiet', '--log-level', 'error']
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '..', 'cli', 'main.ts'), 'serve', ...flags])
  const url = await until(
    'an address',
    async () => {
      const { url: address }: { url: string } = await Bun.file(processFile).json()
      return address
    },
    { withinMs: 20_000, everyMs: 20 },
  )
  return { child, url }
}
