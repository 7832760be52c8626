// What the agent answers, held to the documented schemas, for each launch type and network mode.
import { afterEach, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentContainer, agentTask } from '../../../test/support/agent-task.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { faultsIn, metadataQuestions } from '../../../test/support/metadata-questions.ts'
import { createBackend } from '../../backend/client.ts'
import { createLog } from '../../log.ts'
import { clockDriftOf } from '../clock-drift.ts'
import { CredentialStore } from '../credentials.ts'
import { NetworkFaults } from '../faults/network-faults.ts'
import { KnownTasks } from '../known-tasks.ts'
import type { AgentTask } from '../protocol.ts'
import { TaskStats } from '../stats/index.ts'
import { answerContainer } from './index.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true, force: true })))
})

/** Files of a container's control group, version 2. */
const controlGroup: Readonly<Record<string, string>> = {
  'cpu.stat': 'usage_usec 2500\nuser_usec 1500\nsystem_usec 1000\nnr_periods 4\nnr_throttled 1\nthrottled_usec 10\n',
  'memory.current': '4096\n',
  'memory.max': 'max\n',
  'memory.peak': '8192\n',
  'memory.stat': 'anon 2048\ninactive_file 512\n',
  'pids.current': '3\n',
  'pids.max': 'max\n',
  'io.stat': '8:0 rbytes=100 wbytes=50 rios=2 wios=1 dbytes=0 dios=0\n',
}

const runtimeId = agentContainer().runtimeId ?? ''

/** Asks as a container of the task does. */
const asking = async (task: AgentTask) => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-schemas-'))
  folders.push(folder)
  const group = join(folder, 'kubepods.slice', runtimeId)
  await mkdir(group, { recursive: true })
  await writeFile(join(folder, 'cgroup.controllers'), 'cpu memory')
  await Promise.all(Object.entries(controlGroup).map(([file, content]) => writeFile(join(group, file), content)))
  const clock = new FakeClock()
  const log = createLog({ logLevel: 'error' }, { write: () => undefined })
  const backend = createBackend({ url: 'http://backend', fetch: async () => new Response('', { status: 503 }) })
  const tasks = new KnownTasks(clock)
  tasks.accept({ is: 'listed', tasks: [task] })
  const none = () => undefined
  const parts = {
    tasks,
    credentials: new CredentialStore({ backend, clock, log, stateDir: folder }),
    stats: new TaskStats({ cgroupDir: folder, procDir: '/proc', sysNetDir: folder, clock, runtimeId: none }),
    faults: new NetworkFaults({ log, clock, stateDir: folder, send: () => 0 }),
    api: backend,
    log,
    runtimeIds: { of: none, awaited: async () => undefined },
    clockDrift: () => clockDriftOf({ maximumError: 446, isSynchronized: true }, clock.now()),
  }
  return async (path: string): Promise<unknown> => {
    const answer = answerContainer(new Request(`http://169.254.170.2${path}`), '10.1.0.7', parts)
    while (Bun.peek.status(answer) === 'pending') {
      await clock.advance(100)
      await Bun.sleep(1)
    }
    const response = await answer
    expect([path, response.status]).toEqual([path, 200])
    return response.json()
  }
}

const full = agentContainer({
  ports: [{ containerPort: 80, protocol: 'tcp', hostPort: 9000, hostIp: '0.0.0.0' }],
  volumes: [{ name: 'data', source: '/srv', destination: '/data' }],
  health: 'HEALTHY',
  log: { driver: 'awslogs', options: { 'awslogs-group': '/g' } },
  restartCount: 0,
})
const fargate = {
  launchType: 'FARGATE',
  networkMode: 'awsvpc',
  cpu: 0.25,
  memory: 512,
  networkInterface: { macAddress: '0a:de:f6:10:51:07', privateDnsName: 'ip-10-1-0-7.ec2.internal' },
} as const

describe.each<[string, AgentTask]>([
  ['EC2, bridge', agentTask({ containers: [full] })],
  ['EC2, with nothing set', agentTask({ containers: [agentContainer({ cpu: 0, memory: 0, labels: {}, health: 'UNKNOWN' })] })],
  ['EC2, host', agentTask({ networkMode: 'host' })],
  [
    'EC2, awsvpc, of a service',
    agentTask({ ...fargate, launchType: 'EC2', group: 'service:shop', tags: { cost: '1' }, containers: [full] }),
  ],
  [
    'FARGATE',
    agentTask({ ...fargate, group: 'service:shop', tags: { cost: '1' }, pullStartedAt: 1, pullStoppedAt: 2, containers: [full] }),
  ],
  [
    'FARGATE, ended',
    agentTask({ ...fargate, executionStoppedAt: 3, containers: [agentContainer({ cpu: 0, exitCode: 0, finishedAt: 4 })] }),
  ],
])('%s', (_, task) => {
  const launchType = task.launchType === 'FARGATE' ? 'FARGATE' : 'EC2'
  const told = launchType === 'FARGATE' ? `${task.taskId}-3452816845` : runtimeId
  const [{ id } = agentContainer()] = task.containers

  test('each answer is as its schema has it', async () => {
    const ask = await asking(task)
    // Version 2 knows its caller by address, which one in network mode host does not have.
    const questions = metadataQuestions(id, told, launchType).filter(({ path }) => task.networkMode !== 'host' || !path.startsWith('/v2'))
    for (const question of questions) expect(faultsIn(question, await ask(question.path))).toEqual([])
  })

  test('what is more, or less, or otherwise is not', async () => {
    const ask = await asking(task)
    const [container, whole] = metadataQuestions(id, told, launchType).filter(({ path }) => path.startsWith('/v4'))
    if (container === undefined || whole === undefined) throw new Error('no questions')
    const answer = Object(await ask(container.path))
    const spoilt = [
      { Unknown: 1 },
      { DockerId: undefined },
      { StartedAt: '2026-01-02 03:04:05' },
      { ContainerARN: task.taskArn },
      { Limits: {} },
    ]
    for (const each of spoilt) expect(faultsIn(container, { ...answer, ...each })).not.toEqual([])
    const document = Object(await ask(whole.path))
    for (const each of [{ LaunchType: 'EXTERNAL' }, { Revision: 3 }, { TaskTags: {} }, { FaultInjectionEnabled: undefined }])
      expect(faultsIn(whole, { ...document, ...each })).not.toEqual([])
  })
})
