// The control plane may die at any moment: what it acknowledged is neither lost nor run twice.
import { CreateClusterCommand, ListTasksCommand, RegisterTaskDefinitionCommand, RunTaskCommand, StopTaskCommand } from '@aws-sdk/client-ecs'
import { expect, test } from 'bun:test'
import { instance } from '../support/instance.ts'
import { describe, ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

test('SIGKILL of the control plane in the middle of 20 RunTask calls', async () => {
  const kecs = await instance()
  const ecs = ecsOf(kecs, { maxAttempts: 1 })
  const cluster = `crash-${Date.now()}`
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: cluster,
      containerDefinitions: [{ name: 'sleeper', image: 'busybox:latest', command: ['sleep', '3600'], memory: 16, stopTimeout: 2 }],
    }),
  )

  // The node's container has the same name as the node, with kind and with k3d.
  const node = (await kecs.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
  const acknowledged: string[] = []
  let refused = 0
  const killed = until('some tasks are acknowledged', () => acknowledged.length >= 5, { everyMs: 1 }).then(() =>
    kecs.run(['docker', 'exec', node, 'pkill', '-KILL', '-x', 'kecs']),
  )
  for (let call = 0; call < 20; call++) {
    // A call may fail while nobody listens; then it is made anew, as a user would.
    await until(`call ${call} is answered`, async () => {
      try {
        const { tasks = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: cluster, startedBy: `call-${call}` }))
        return acknowledged.push(tasks[0]!.taskArn!)
      } catch (error) {
        refused++
        throw error
      }
    })
  }
  await killed
  expect(acknowledged).toHaveLength(20)

  await until(
    'every acknowledged task runs',
    async () => (await Promise.all(acknowledged.map(task => describe(ecs, cluster, task)))).every(task => task.lastStatus === 'RUNNING'),
    {
      withinMs: 240_000,
      everyMs: 500,
    },
  )
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster }))
  // A call that was cut off may have made its task: at most one for each refusal.
  expect(taskArns.length).toBeGreaterThanOrEqual(20)
  expect(taskArns.length).toBeLessThanOrEqual(20 + refused)
  const annotation = 'jsonpath={range .items[*]}{.metadata.annotations.kecs\\.dev/task-arn}{"\\n"}{end}'
  const pods = async (): Promise<readonly string[]> =>
    (await kecs.kubectl('get', 'pods', '-A', '-l', 'kecs.dev/task-id', '-o', annotation))
      .split('\n')
      .filter(arn => arn.includes(`/${cluster}/`))
      .toSorted()
  // Nobody waited for the tasks of such calls.
  await until('each task has a pod', async () => (await pods()).length >= taskArns.length)
  expect(await pods()).toEqual(taskArns.toSorted())

  await Promise.all(taskArns.map(task => ecs.send(new StopTaskCommand({ cluster, task, reason: 'the test is over' }))))
  await until(
    'every task is stopped',
    async () => (await Promise.all(taskArns.map(task => describe(ecs, cluster, task)))).every(task => task.lastStatus === 'STOPPED'),
    {
      withinMs: 120_000,
      everyMs: 500,
    },
  )
  expect((await describe(ecs, cluster, acknowledged[0]!)).stoppedReason).toBe('the test is over')
}, 600_000)
