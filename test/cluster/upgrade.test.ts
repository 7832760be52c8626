// From one control plane's image to another and back, with a task that runs.
import { expect, test } from 'bun:test'
import { instance } from '../support/instance.ts'

test('an upgrade and a rollback leave tasks and state as they are', async () => {
  const kecs = await instance()
  const imageNow = async (): Promise<string> =>
    (
      await kecs.kubectl(
        '-n',
        'kecs-system',
        'get',
        'deployment',
        'kecs-control-plane',
        '-o',
        'jsonpath={.spec.template.spec.containers[0].image}',
      )
    ).trim()
  const own = await imageNow()
  const older = 'kecs-test/upgrade:older'
  await kecs.run(['docker', 'tag', own, older])
  const cluster = 'upgrade'
  const task = async (): Promise<string> => {
    const { tasks } = (await kecs.aws('ecs', 'describe-tasks', '--cluster', cluster, '--tasks', arn)) as {
      tasks: { lastStatus: string; startedAt: unknown }[]
    }
    return JSON.stringify([tasks[0]?.lastStatus, tasks[0]?.startedAt])
  }
  let arn = ''
  try {
    await kecs.kecs(['up', '--image', older], { timeoutMs: 180_000 })
    expect(await imageNow()).toBe(older)
    await kecs.aws('ecs', 'create-cluster', '--cluster-name', cluster)
    const container = { name: 'c', image: 'busybox:latest', memory: 32, command: ['sleep', '3600'], stopTimeout: 2 }
    await kecs.aws('ecs', 'register-task-definition', '--family', 'upgrade', '--container-definitions', JSON.stringify([container]))
    const run = (await kecs.aws('ecs', 'run-task', '--cluster', cluster, '--task-definition', 'upgrade')) as {
      tasks: { taskArn: string }[]
    }
    arn = run.tasks[0]?.taskArn ?? ''
    await kecs.run(['aws', 'ecs', 'wait', 'tasks-running', '--cluster', cluster, '--tasks', arn], { timeoutMs: 120_000 })
    const before = await task()

    await kecs.kecs(['upgrade'], { timeoutMs: 180_000 })
    expect(await imageNow()).toBe(own)
    expect(await task()).toBe(before)

    await kecs.kecs(['rollback'], { timeoutMs: 180_000 })
    expect(await imageNow()).toBe(older)
    expect(await task()).toBe(before)
    expect(before).toContain('RUNNING')
  } finally {
    await kecs.kecs(['upgrade'], { timeoutMs: 180_000 })
    if (arn !== '') await kecs.aws('ecs', 'stop-task', '--cluster', cluster, '--task', arn)
    await kecs.run(['docker', 'rmi', older], { check: false })
  }
}, 600_000)
