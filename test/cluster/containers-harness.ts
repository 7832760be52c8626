// A control plane in this process whose tasks run on a real cluster: what its API tells of them, and what they saw.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Container,
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
  type RunTaskCommandInput,
  type Task,
} from '@aws-sdk/client-ecs'
import { startServer } from '../../server/main.ts'
import { randomIds } from '../../shared/ids.ts'
import { connect, kinds, type KubeClient, type Pod } from '../../shared/kube/index.ts'
import { execute } from '../support/instance.ts'
import { type Asked, expectTold } from '../support/told-task.ts'
import { until } from '../support/until.ts'
import { kubeconfigFile, kubeconfigText } from './runtime-harness.ts'

export interface ContainersHarness {
  readonly client: KubeClient
  readonly ecs: ECSClient
  /** The cluster that its tasks are in. */
  readonly name: string
  /** Runs a task of these containers with busybox; memory 32 unless told. */
  run(
    containers: readonly Partial<ContainerDefinition>[],
    more?: Partial<RegisterTaskDefinitionCommandInput>,
    call?: Partial<RunTaskCommandInput>,
  ): Promise<string>
  /** The task once it satisfies the condition; what is told of one that runs or has ended is as AWS would say it. */
  seen(task: string, what: string, condition: (task: Task) => boolean, withinMs?: number): Promise<Task>
  /** The task once it is STOPPED. */
  ended(task: string, withinMs?: number): Promise<Task>
  stop(task: string): Promise<void>
  pod(task: string): Promise<Pod | undefined>
  /** Has a task's container `app` run a command of the shell. */
  inside(task: string, command: string): Promise<void>
  close(): Promise<void>
}

export const containerOf = (task: Task, name: string): Container => {
  const container = task.containers?.find(each => each.name === name)
  if (container === undefined) throw new Error(`no container ${name}`)
  return container
}

/** What a container does, as a shell script; it takes signals and reaps its children, for it is the first process. */
export const script = (text: string): Partial<ContainerDefinition> => ({ entryPoint: ['/bin/sh', '-c'], command: [text] })

export async function containersHarness(): Promise<ContainersHarness> {
  const kubeconfig = await kubeconfigText()
  const name = `containers-${randomIds.hex32().slice(0, 8)}`
  const dataDir = await mkdtemp(join(tmpdir(), 'kecs-containers-'))
  const server = await startServer(
    {
      dataDir,
      host: '127.0.0.1',
      apiPort: 0,
      adminPort: 0,
      runtime: 'kubernetes',
      instance: name,
      logLevel: 'error',
      nodeDataDir: '/data',
    },
    { kubeSource: { kubeconfig }, strict: true },
  )
  const ecs = new ECSClient({ endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  const client = await connect({ kubeconfig })
  await ecs.send(new CreateClusterCommand({ clusterName: name }))
  let definitions = 0
  const asked = new Map<string, Asked>()

  const describe = async (task: string): Promise<Task> => {
    const { tasks: [found] = [] } = await ecs.send(new DescribeTasksCommand({ cluster: name, tasks: [task] }))
    if (found === undefined) throw new Error(`${task} is not there`)
    return found
  }
  const seen: ContainersHarness['seen'] = async (task, what, condition, withinMs = 120_000) => {
    let last: Task | undefined
    try {
      const found = await until(
        what,
        async () => {
          last = await describe(task)
          return condition(last) ? last : undefined
        },
        { withinMs, everyMs: 100 },
      )
      const own = asked.get(task)
      if (own !== undefined) expectTold(found, own)
      return found
    } catch (error) {
      throw new Error(`${what}: ${JSON.stringify(last)}`, { cause: error })
    }
  }
  const stop: ContainersHarness['stop'] = async task => {
    await ecs.send(new StopTaskCommand({ cluster: name, task }))
  }
  const pod: ContainersHarness['pod'] = async task => {
    const taskId = task.slice(task.lastIndexOf('/') + 1)
    const { items } = await client.list(kinds.pod, { labelSelector: `kecs.dev/instance=${name},kecs.dev/task-id=${taskId}` })
    return items[0]
  }
  const started: string[] = []
  return {
    client,
    ecs,
    name,
    seen,
    stop,
    ended: (task, withinMs) => seen(task, 'the task ends', ({ lastStatus }) => lastStatus === 'STOPPED', withinMs),
    async run(containers, more = {}, call = {}) {
      const family = `${name}-${++definitions}`
      const containerDefinitions = containers.map(container => ({ image: 'busybox:latest', memory: 32, stopTimeout: 20, ...container }))
      const definition = { family, containerDefinitions, ...more }
      await ecs.send(new RegisterTaskDefinitionCommand(definition))
      const { tasks: [task] = [] } = await ecs.send(new RunTaskCommand({ cluster: name, taskDefinition: family, ...call }))
      if (task?.taskArn === undefined) throw new Error('no task')
      started.push(task.taskArn)
      asked.set(task.taskArn, { cluster: name, definition, call })
      return task.taskArn
    },
    pod,
    async inside(task, command) {
      const { name: podName = '', namespace = '' } = (await pod(task))?.metadata ?? {}
      const args = ['--kubeconfig', await kubeconfigFile(), '-n', namespace, 'exec', podName, '-c', 'app', '--', 'sh', '-c', command]
      const { code, stderr } = await execute(['kubectl', ...args])
      if (code !== 0) throw new Error(`${command}: ${stderr}`)
    },
    async close() {
      const left = await Promise.all(started.map(describe))
      await Promise.all(left.map(async ({ taskArn = '', lastStatus }) => (lastStatus === 'STOPPED' ? undefined : stop(taskArn))))
      for (const { taskArn = '' } of left) await seen(taskArn, 'it is stopped', ({ lastStatus }) => lastStatus === 'STOPPED')
      await ecs.send(new DeleteClusterCommand({ cluster: name }))
      await until('the namespace goes', async () => {
        const { items } = await client.list(kinds.namespace, { labelSelector: `kecs.dev/instance=${name}` })
        return items.length === 0
      })
      await server.stop()
      ecs.destroy()
      client.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
