// Tasks as tests read them, through the AWS SDK.
import { DescribeTasksCommand, ECSClient, RunTaskCommand, waitUntilTasksStopped, type Container, type Task } from '@aws-sdk/client-ecs'
import type { TestInstance } from './instance.ts'

export interface EndedTask {
  readonly taskArn: string
  readonly taskId: string
  readonly stopCode: string | undefined
  readonly stoppedReason: string | undefined
  readonly containers: readonly Container[]
}

export const ecsOf = (instance: Pick<TestInstance, 'endpoint'>, options: { maxAttempts?: number } = {}): ECSClient =>
  new ECSClient({
    endpoint: instance.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    ...options,
  })

export async function describe(ecs: ECSClient, cluster: string, taskArn: string): Promise<Task> {
  const { tasks, failures } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }))
  const task = tasks?.[0]
  if (!task) throw new Error(`${taskArn} is not there: ${JSON.stringify(failures)}`)
  return task
}

/** Namespace and name of a task's pod; `task` is an ARN or an id. */
export async function podOf(instance: Pick<TestInstance, 'kubectl'>, task: string): Promise<readonly [namespace: string, name: string]> {
  const selector = `kecs.dev/task-id=${task.slice(task.lastIndexOf('/') + 1)}`
  const place = 'jsonpath={.items[0].metadata.namespace} {.items[0].metadata.name}'
  const [namespace = '', name = ''] = (await instance.kubectl('get', 'pods', '-A', '-l', selector, '-o', place)).trim().split(' ')
  return [namespace, name]
}

/** Runs a task of the definition and waits for its end. */
export async function runToEnd(instance: TestInstance, cluster: string, taskDefinition: string): Promise<EndedTask> {
  const ecs = ecsOf(instance)
  const { tasks = [], failures } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition }))
  const taskArn = tasks[0]?.taskArn
  if (taskArn === undefined) throw new Error(`RunTask gave no task: ${JSON.stringify(failures)}`)
  await waitUntilTasksStopped({ client: ecs, maxWaitTime: 300, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [taskArn] })
  const task = await describe(ecs, cluster, taskArn)
  return {
    taskArn,
    taskId: taskArn.slice(taskArn.lastIndexOf('/') + 1),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: task.containers ?? [],
  }
}
