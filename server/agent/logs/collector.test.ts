// Containers' files on a disk, and a CloudWatch Logs that keeps what it takes and can be away.
import { afterEach, expect, test } from 'bun:test'
import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentContainer, agentTask } from '../../../test/support/agent-task.ts'
import { until } from '../../../test/support/until.ts'
import { systemClock } from '../../../shared/clock.ts'
import { createBackend } from '../../backend/client.ts'
import { createLog } from '../../log.ts'
import { KnownTasks } from '../known-tasks.ts'
import type { AgentContainer, AgentTask } from '../protocol.ts'
import { Collector } from './collector.ts'
import { LogStreams } from './log-streams.ts'
import { Routers } from './routers.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})
const log = createLog({ logLevel: 'error' }, { write: () => undefined })

/** Its streams by name, and what was put into them. */
class FakeLogs {
  readonly streams = new Map<string, string[]>()
  isAway = false
  puts = 0
  /** Calls while it was away. */
  refused = 0

  readonly backend = createBackend({
    url: 'http://backend',
    fetch: async request => {
      if (this.isAway) {
        this.refused += 1
        throw new Error('away')
      }
      const { logGroupName, logStreamName, logEvents }: { logGroupName: string; logStreamName: string; logEvents?: { message: string }[] } =
        JSON.parse(await request.text())
      const name = `${logGroupName} ${logStreamName}`
      const action = request.headers.get('x-amz-target')
      if (action === 'Logs_20140328.CreateLogStream') this.streams.set(name, [])
      if (action === 'Logs_20140328.PutLogEvents') {
        const stream = this.streams.get(name)
        if (stream === undefined)
          return Response.json(
            { __type: 'ResourceNotFoundException', message: 'The specified log stream does not exist.' },
            { status: 400 },
          )
        this.puts += 1
        stream.push(...(logEvents ?? []).map(({ message }) => message))
      }
      return Response.json({})
    },
  })
}

const logged: AgentContainer = agentContainer({ awslogs: { group: '/g', stream: 'p/app/1', region: 'us-east-1', createGroup: false } })
const running = agentTask({ containers: [logged] })
const ended = agentTask({ knownStatus: 'STOPPED', containers: [{ ...logged, knownStatus: 'STOPPED' }] })

const world = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-collector-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const podLogsDir = join(folder, 'pods')
  const logFolder = join(podLogsDir, `${running.pod.namespace}_${running.pod.name}_uid`, 'app')
  const file = join(logFolder, '0.log')
  const logs = new FakeLogs()
  const drained: string[] = []
  const routed: string[] = []
  let second = 0
  /** Starts an agent's collector; the answer ends it as a kill would, but for what is under way. */
  const agent = (task: AgentTask) => {
    const tasks = new KnownTasks(systemClock)
    const collector = new Collector({
      tasks,
      streams: new LogStreams({ backend: logs.backend, clock: systemClock, log }),
      routers: new Routers({ clock: systemClock, log, stateDir: folder }),
      clock: systemClock,
      log,
      podLogsDir,
      stateDir: folder,
      runtimeId: async () => 'runtime-id',
      drained: async arns => void drained.push(...arns),
      routed: async arns => void routed.push(...arns),
    })
    tasks.watch(() => collector.look())
    tasks.accept({ is: 'listed', tasks: [task] })
    stops.push(() => collector.stop())
    return { collector, tasks }
  }
  return {
    logs,
    drained,
    routed,
    agent,
    folder,
    file,
    remove: () => rm(logFolder, { recursive: true }),
    write: async (...texts: string[]) => {
      await mkdir(logFolder, { recursive: true })
      await appendFile(file, texts.map(text => `2026-01-02T03:04:${String(second++).padStart(2, '0')}Z stdout F ${text}\n`).join(''))
    },
    written: () => logs.streams.get('/g p/app/1') ?? [],
  }
}

test('what a container wrote before it ended at once is delivered, and then told', async () => {
  const { agent, write, written, drained } = await world()
  await write('one', 'two')
  const { tasks } = agent(running)
  tasks.accept({ is: 'changed', task: ended })
  await until('it is told', () => drained.length === 1, { everyMs: 10 })
  expect(written()).toEqual(['one', 'two'])
  expect(drained).toEqual([running.taskArn])
})

test('a container that never wrote is told too', async () => {
  const { agent, drained } = await world()
  agent(ended)
  await until('it is told', () => drained.length === 1, { everyMs: 10 })
})

test('while the backend is away nothing is told and nothing lost, though the files are removed', async () => {
  const { agent, write, written, drained, logs, remove } = await world()
  logs.isAway = true
  await write('one')
  const { tasks } = agent(running)
  await until('it is read, and its delivery refused', () => logs.refused > 0, { everyMs: 10 })
  tasks.accept({ is: 'changed', task: ended })
  await write('last')
  await Bun.sleep(200)
  expect(drained).toEqual([])
  await remove()
  logs.isAway = false
  await until('it is told', () => drained.length === 1, { everyMs: 10 })
  expect(written()).toEqual(['one', 'last'])
})

test('an agent after another one goes on where that was', async () => {
  const { agent, write, written, folder } = await world()
  await write('one')
  const first = agent(running)
  await until('it is noted', async () => (await readdir(join(folder, 'logs')).catch(() => [])).some(name => name.endsWith('.json')), {
    everyMs: 10,
  })
  await first.collector.stop()
  await write('two')
  agent(running)
  await until('the second is delivered', () => written().length === 2, { everyMs: 10 })
  expect(written()).toEqual(['one', 'two'])
})

test('the files of positions go with their tasks, those of tasks that went while no agent was there too', async () => {
  const { agent, write, folder } = await world()
  const positions = async (): Promise<string[]> => readdir(join(folder, 'logs')).catch(() => [])
  await mkdir(join(folder, 'logs'))
  await writeFile(join(folder, 'logs', 'gone.app.json'), '{}')
  await write('one')
  const { tasks, collector } = agent(running)
  await collector.relisted()
  await until('it is noted', async () => (await positions()).length === 1 && !(await positions()).includes('gone.app.json'), {
    everyMs: 10,
  })
  tasks.accept({ is: 'changed', task: ended })
  tasks.accept({ is: 'gone', taskArn: ended.taskArn })
  await until('it is forgotten', async () => (await positions()).length === 0, { everyMs: 10 })
})

test('what a router takes is told when all that write to it ended', async () => {
  const { agent, write, routed, drained, folder } = await world()
  const writer = agentContainer({ routed: { router: 'log_router', tag: 'app-firelens-1' } })
  const router = agentContainer({ name: 'log_router', podName: 'log-router' })
  const task = agentTask({ containers: [writer, router] })
  await mkdir(join(folder, 'routers', task.taskId), { recursive: true })
  let received = 0
  const server = createServer(socket => socket.on('data', chunk => (received += chunk.length)))
  await new Promise<void>(resolve => server.listen(join(folder, 'routers', task.taskId, 'fluent.sock'), resolve))
  stops.push(() => server.close())
  await write('one', 'two')
  const { tasks } = agent(task)
  await until('it arrives', () => received > 0, { everyMs: 10 })
  expect(routed).toEqual([])
  tasks.accept({ is: 'changed', task: { ...task, containers: [{ ...writer, knownStatus: 'STOPPED' }, router] } })
  await until('it is told', () => routed.length === 1, { everyMs: 10 })
  expect(routed).toEqual([task.taskArn])
  // None of its containers has the log driver awslogs.
  expect(drained).toEqual([])
})

test('in mode non-blocking what does not fit the buffer is lost while the backend is away', async () => {
  const { agent, write, written, logs, file } = await world()
  const awslogs = { ...logged.awslogs, group: '/g', region: 'us-east-1', createGroup: false, bufferBytes: 8 }
  logs.isAway = true
  await write('first')
  agent(agentTask({ containers: [{ ...logged, awslogs }] }))
  await until('the first is read, and its delivery refused', () => logs.refused > 0, { everyMs: 10 })
  await write('second', 'third', 'fourth')
  await Bun.sleep(1_000)
  logs.isAway = false
  await until('it is delivered', () => written().length >= 2, { everyMs: 10 })
  const now = new Date(Date.now() + 60_000).toISOString()
  await appendFile(file, `${now} stdout F later\n`)
  await until('the flow goes on', () => written().includes('later'), { everyMs: 10 })
  expect(written()).toEqual(['first', 'second', 'later'])
})
