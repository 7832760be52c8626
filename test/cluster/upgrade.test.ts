// From one control plane's image to another and back, with a task that runs.
import { expect, test } from 'bun:test'
import { instance } from '../support/instance.ts'

test('an image that the cluster cannot pull leaves what runs as it is', async () => {
  const kecs = await instance()
  const specification = (): Promise<string> =>
    kecs.kubectl('-n', 'kecs-system', 'get', 'deployment', 'kecs-control-plane', '-o', 'jsonpath={.metadata.generation}')
  const before = await specification()
  // No registry is at that name. https://www.rfc-editor.org/rfc/rfc6761#section-6.4
  const none = 'registry.invalid/kecs:none'
  const { code, stderr } = await kecs.kecs(['up', '--image', none], { check: false, timeoutMs: 120_000 })
  expect(stderr).toContain(`goes on as it was: the image ${none} cannot be pulled`)
  expect(stderr).toContain(`docker pull ${none}`)
  expect(code).toBe(1)
  expect(await specification()).toBe(before)
  expect(await kecs.aws('ecs', 'list-clusters')).toHaveProperty('clusterArns')
}, 180_000)

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
    await kecs.kecs(['up', '--image', older], { timeoutMs: 300_000 })
    expect(await imageNow()).toBe(older)
    await kecs.aws('ecs', 'create-cluster', '--cluster-name', cluster)
    const container = { name: 'c', image: 'busybox:latest', memory: 32, command: ['sleep', '3600'], stopTimeout: 2 }
    await kecs.aws('ecs', 'register-task-definition', '--family', 'upgrade', '--container-definitions', JSON.stringify([container]))
    const run = (await kecs.aws('ecs', 'run-task', '--cluster', cluster, '--task-definition', 'upgrade')) as {
      tasks: { taskArn: string }[]
    }
    arn = run.tasks[0]?.taskArn ?? ''
    await kecs.run(['aws', 'ecs', 'wait', 'tasks-running', '--cluster', cluster, '--tasks', arn], { timeoutMs: 240_000 })
    const before = await task()

    await kecs.kecs(['upgrade'], { timeoutMs: 300_000 })
    expect(await imageNow()).toBe(own)
    expect(await task()).toBe(before)

    await kecs.kecs(['rollback'], { timeoutMs: 300_000 })
    expect(await imageNow()).toBe(older)
    expect(await task()).toBe(before)
    expect(before).toContain('RUNNING')
  } finally {
    await kecs.kecs(['upgrade'], { timeoutMs: 300_000 })
    if (arn !== '') await kecs.aws('ecs', 'stop-task', '--cluster', cluster, '--task', arn)
    await kecs.run(['docker', 'rmi', older], { check: false })
  }
}, 600_000)
