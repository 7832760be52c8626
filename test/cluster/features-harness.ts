// Tasks of the shared instance, one definition each: what they saw is their exit code, what AWS would say DescribeTasks'.
import { randomUUID } from 'node:crypto'
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Container,
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
  type RunTaskCommandInput,
  type Task,
} from '@aws-sdk/client-ecs'
import { instance, type TestInstance } from '../support/instance.ts'
import { haveRole } from '../support/roles.ts'
import { ecsOf } from '../support/tasks.ts'
import { type Asked, expectTold } from '../support/told-task.ts'
import { until } from '../support/until.ts'

export interface Features {
  readonly kecs: TestInstance
  readonly cluster: string
  /** Runs a task of these containers, with busybox and 32 MiB unless told. Its ARN. */
  run(
    containers: readonly Partial<ContainerDefinition>[],
    definition?: Partial<RegisterTaskDefinitionCommandInput>,
    call?: Partial<RunTaskCommandInput>,
  ): Promise<string>
  /** The task once it satisfies the condition; what is told of one that runs or has ended is as AWS would say it. */
  seen(task: string, what: string, condition: (task: Task) => boolean): Promise<Task>
  ended(task: string): Promise<Task>
  stop(task: string): Promise<void>
  /** Runs one container, `app`, to its end: its exit code, or why it has none. */
  exitOf(
    script: string,
    container?: Partial<ContainerDefinition>,
    definition?: Partial<RegisterTaskDefinitionCommandInput>,
    call?: Partial<RunTaskCommandInput>,
  ): Promise<number | string>
  /** What `kubectl get KIND` tells of a task's objects, as JSON. */
  objects(kind: string, task: string): Promise<readonly unknown[]>
}

export const isRunning = ({ lastStatus }: Task): boolean => lastStatus === 'RUNNING'
export const script = (text: string): Partial<ContainerDefinition> => ({ entryPoint: ['/bin/sh', '-c'], command: [text] })
export const forever = 'trap "exit 0" TERM; while true; do sleep 0.1; done'

export const containerOf = (task: Task, name: string): Container => {
  const container = task.containers?.find(each => each.name === name)
  if (container === undefined) throw new Error(`no container ${name}`)
  return container
}

const idOf = (task: string): string => task.slice(task.lastIndexOf('/') + 1)

export const features = async (prefix: string): Promise<Features> => {
  const kecs = await instance()
  const ecs = ecsOf(kecs)
  const cluster = `${prefix}-${randomUUID().slice(0, 8)}`
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  const role = await haveRole(kecs.endpoint, 'ecsTaskExecutionRole')
  let families = 0
  const asked = new Map<string, Asked>()

  const run: Features['run'] = async (containers, definition = {}, call = {}) => {
    const family = `${cluster}-${++families}`
    const containerDefinitions = containers.map(each => ({ image: 'busybox:latest', memory: 32, stopTimeout: 10, ...each }))
    const registered = { family, executionRoleArn: role, containerDefinitions, ...definition }
    await ecs.send(new RegisterTaskDefinitionCommand(registered))
    const { tasks: [task] = [], failures } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: family, ...call }))
    if (task?.taskArn === undefined) throw new Error(`no task: ${JSON.stringify(failures)}`)
    asked.set(task.taskArn, { cluster, definition: registered, call })
    return task.taskArn
  }
  const seen: Features['seen'] = async (task, what, condition) => {
    let last: Task | undefined
    try {
      const found = await until(
        what,
        async () => {
          last = (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }))).tasks?.[0]
          return last !== undefined && condition(last) ? last : undefined
        },
        { withinMs: 120_000 },
      )
      const own = asked.get(task)
      if (own !== undefined) expectTold(found, own)
      return found
    } catch (error) {
      throw new Error(`${what}: ${JSON.stringify(last)}`, { cause: error })
    }
  }
  const ended: Features['ended'] = task => seen(task, 'the task ends', ({ lastStatus }) => lastStatus === 'STOPPED')
  return {
    kecs,
    cluster,
    run,
    seen,
    ended,
    stop: async task => void (await ecs.send(new StopTaskCommand({ cluster, task }))),
    exitOf: async (text, container = {}, definition, call) => {
      const task = await ended(await run([{ name: 'app', ...script(text), ...container }], definition, call))
      const { exitCode, reason } = containerOf(task, 'app')
      return exitCode ?? `${task.stoppedReason} ${reason ?? ''}`
    },
    objects: async (kind, task) => {
      const text = await kecs.kubectl('get', kind, '-A', '-l', `kecs.dev/task-id=${idOf(task)}`, '-o', 'json')
      const { items }: { items: readonly unknown[] } = JSON.parse(text)
      return items
    },
  }
}
