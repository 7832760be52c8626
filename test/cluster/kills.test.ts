// 25 kills at seeded moments of a stream of calls, on a real cluster: of the control plane, the agent, the gateway, the
// backend, the kubelet and the container runtime. What clients were told is then compared with what is there.
// KECS_CRASH_SEED=17 for another run than the usual one.
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  paginateListTasks,
  type ECSClient,
} from '@aws-sdk/client-ecs'
import { expect, test } from 'bun:test'
import { Seeded } from '../support/crash/seeded.ts'
import { type TestInstance, instance } from '../support/instance.ts'
import { describe, ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

const kills = 25
const writers = 4
/** The node has little room: each of them sleeps. */
const mostTasks = 24

/** What clients were told, and nothing that they were not. */
interface Told {
  readonly clusters: Set<string>
  readonly revisions: Map<string, string>
  readonly runs: Map<string, string>
  readonly stopped: Set<string>
  /** Of the service: what it may have; several where the last change was not answered. */
  desiredCounts: readonly number[]
  answers: number
}

const names = (name: string) => ({ taskDefinition: name, cluster: name })

const change = async (ecs: ECSClient, name: string, told: Told, random: Seeded): Promise<void> => {
  const value = random.hex32()
  switch (random.below(5)) {
    case 0:
      await ecs.send(new CreateClusterCommand({ clusterName: `c-${value}` }))
      told.clusters.add(`c-${value}`)
      break
    case 1: {
      const container = { name: 'a', image: 'busybox:latest', memory: 16, environment: [{ name: 'VALUE', value }] }
      const { taskDefinition } = await ecs.send(
        new RegisterTaskDefinitionCommand({ family: `${name}-more`, containerDefinitions: [container] }),
      )
      told.revisions.set(taskDefinition?.taskDefinitionArn ?? '', value)
      break
    }
    case 2: {
      if (told.runs.size >= mostTasks) return
      const { tasks = [] } = await ecs.send(new RunTaskCommand({ ...names(name), clientToken: value }))
      told.runs.set(value, tasks[0]?.taskArn ?? '')
      break
    }
    case 3: {
      const [task] = [...told.runs.values()].filter(arn => !told.stopped.has(arn))
      if (task === undefined || told.runs.size < 6) return
      // Whether it was answered or not, it may stop.
      told.stopped.add(task)
      await ecs.send(new StopTaskCommand({ cluster: name, task }))
      break
    }
    default: {
      const desiredCount = random.below(3)
      told.desiredCounts = [...told.desiredCounts, desiredCount]
      await ecs.send(new UpdateServiceCommand({ cluster: name, service: 'web', desiredCount }))
    }
  }
  told.answers++
}

/** A container's process, which Kubernetes starts again with a growing delay, or its pod, which has none. */
const victims = [
  ['control plane', ['pkill', '-KILL', '-f', 'kecs serve']],
  ['control plane', undefined, 'kecs-control-plane'],
  ['agent', ['pkill', '-KILL', '-f', 'kecs agent']],
  ['traefik', ['pkill', '-KILL', '-x', 'traefik']],
  ['traefik', undefined, 'traefik'],
  ['localstack', undefined, 'localstack'],
  ['kubelet', ['systemctl', 'kill', '-s', 'KILL', 'kubelet']],
  ['container runtime', ['systemctl', 'kill', '-s', 'KILL', '--kill-whom=main', 'containerd']],
] as const

const kill = async (kecs: TestInstance, node: string, nth: number): Promise<string> => {
  const [what, command, component] = victims[nth % victims.length] ?? victims[0]
  if (command !== undefined) await kecs.run(['docker', 'exec', node, ...command], { check: false })
  else {
    const selector = ['-l', `kecs.dev/component=${(component ?? '').replace('kecs-', '')}`]
    await kecs.run(['kubectl', '-n', 'kecs-system', 'delete', 'pod', ...selector, '--grace-period=0', '--force', '--wait=false'], {
      check: false,
    })
  }
  return what
}

const write = async (ecs: ECSClient, name: string, told: Told, random: Seeded, isOver: () => boolean): Promise<void> => {
  while (!isOver()) {
    // Nobody may listen, or an answer be cut off: nothing was told then.
    await change(ecs, name, told, random).catch(() => new Promise(resolve => setTimeout(resolve, 100)))
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

interface TaskPod {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>>; readonly deletionTimestamp?: string }
  readonly status?: { readonly phase?: string; readonly containerStatuses?: readonly { readonly restartCount: number }[] }
}

/** Of one task that was told. */
const taskWrongs = async (
  ecs: ECSClient,
  name: string,
  { token, arn, mayStop }: { token: string; arn: string; mayStop: boolean },
  own: readonly TaskPod[],
): Promise<readonly string[]> => {
  const wrong: string[] = []
  const again = await ecs.send(new RunTaskCommand({ ...names(name), clientToken: token }))
  if (again.tasks?.[0]?.taskArn !== arn) wrong.push(`${arn} is ${again.tasks?.[0]?.taskArn} to who asks again`)
  const { lastStatus } = await describe(ecs, name, arn)
  const wanted = mayStop ? ['RUNNING', 'STOPPED'] : ['RUNNING']
  if (!wanted.includes(lastStatus ?? '')) wrong.push(`${arn} is ${lastStatus}`)
  if (lastStatus === 'RUNNING' && own.length !== 1) wrong.push(`${arn} has ${own.length} pods`)
  if (own.some(({ status }) => status?.containerStatuses?.some(({ restartCount }) => restartCount > 0)))
    wrong.push(`${arn} was started twice`)
  return wrong
}

/** Everything that is wrong, a line each. */
const wrongs = async (kecs: TestInstance, ecs: ECSClient, name: string, told: Told): Promise<readonly string[]> => {
  const wrong: string[] = []
  const { stdout } = await kecs.kecs(['query', 'SELECT key, body FROM state', '--json'], { timeoutMs: 240_000 })
  const state = new Map(
    (JSON.parse(stdout) as readonly { key: string; body: string }[]).map(({ key, body }) => [key, JSON.stringify(body)]),
  )
  for (const cluster of told.clusters) {
    if (![...state.keys()].some(key => key.endsWith(`cluster/${cluster}`))) wrong.push(`the cluster ${cluster} is gone`)
  }
  for (const [arn, value] of told.revisions) if (state.get(arn)?.includes(value) !== true) wrong.push(`${arn} is not what was told`)
  const { items } = JSON.parse(await kecs.kubectl('get', 'pods', '-A', '-l', 'kecs.dev/task-id', '-o', 'json')) as {
    items: readonly TaskPod[]
  }
  const pods = Map.groupBy(items, pod => pod.metadata.annotations?.['kecs.dev/task-arn'] ?? '')
  for (const [token, arn] of told.runs) {
    wrong.push(...(await taskWrongs(ecs, name, { token, arn, mayStop: told.stopped.has(arn) }, pods.get(arn) ?? [])))
  }
  for (const arn of pods.keys()) if (!state.has(arn)) wrong.push(`a pod runs for ${arn}, which nobody knows`)
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster: name, services: ['web'] }))
  const { desiredCount = -1, runningCount } = services[0] ?? {}
  if (!told.desiredCounts.includes(desiredCount)) wrong.push(`web wants ${desiredCount}, told was ${told.desiredCounts.join(' or ')}`)
  if (runningCount !== desiredCount) wrong.push(`web has ${runningCount} of ${desiredCount}`)
  return wrong
}

test(`${kills} kills in a stream of calls`, async () => {
  const seed = Number(process.env['KECS_CRASH_SEED'] ?? 7)
  const random = new Seeded(seed)
  const kecs = await instance()
  const ecs = ecsOf(kecs, { maxAttempts: 1 })
  const name = `kills-${Date.now()}`
  const sleeper = { name: 'a', image: 'busybox:latest', command: ['sleep', '3600'], memory: 16, stopTimeout: 2 }
  await ecs.send(new CreateClusterCommand({ clusterName: name }))
  await ecs.send(new RegisterTaskDefinitionCommand({ family: name, containerDefinitions: [sleeper] }))
  await ecs.send(new CreateServiceCommand({ ...names(name), serviceName: 'web', desiredCount: 1 }))
  const node = (await kecs.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()

  const told: Told = { clusters: new Set(), revisions: new Map(), runs: new Map(), stopped: new Set(), desiredCounts: [1], answers: 0 }
  let over = false
  const writing = Array.from({ length: writers }, (_, writer) => write(ecs, name, told, new Seeded(seed + writer + 1), () => over))
  const done: string[] = []
  for (let nth = 0; nth < kills; nth++) {
    await new Promise(resolve => setTimeout(resolve, 200 + random.below(1800)))
    done.push(await kill(kecs, node, random.below(victims.length)))
    const before = told.answers
    await until(`an answer after ${done.join(', ')}`, () => told.answers > before + 2, { withinMs: 120_000, everyMs: 20 })
  }
  over = true
  await Promise.all(writing)
  expect(done).toHaveLength(kills)
  expect(told.answers).toBeGreaterThan(kills)

  // The last change of the service is told once more, as writers changed it side by side.
  const settled = await until(
    'the service answers',
    () => ecs.send(new UpdateServiceCommand({ cluster: name, service: 'web', desiredCount: 2 })),
    {
      withinMs: 120_000,
      everyMs: 500,
    },
  )
  told.desiredCounts = [settled.service?.desiredCount ?? -1]
  let last: readonly string[] = ['not looked yet']
  await until('what was told is there', async () => (last = await wrongs(kecs, ecs, name, told)).length === 0, {
    withinMs: 120_000,
    everyMs: 2000,
  }).catch(() => {})
  expect(last).toEqual([])

  await ecs.send(new UpdateServiceCommand({ cluster: name, service: 'web', desiredCount: 0 }))
  // Those too whose calls were cut off before they were answered.
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, { cluster: name }))
    for (const task of taskArns) await ecs.send(new StopTaskCommand({ cluster: name, task })).catch(() => {})
}, 600_000)
