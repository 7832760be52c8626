// The state may be lost while tasks run: what is kept with their pods makes it anew.
import {
  CreateClusterCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs'
import { expect, test } from 'bun:test'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { instance } from '../support/instance.ts'
import { describe, ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

test('a task that runs is taken back by a control plane that lost its state, and can be stopped', async () => {
  const kecs = await instance()
  const ecs = ecsOf(kecs)
  const cluster = `lost-${Date.now()}`
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: cluster,
      containerDefinitions: [{ name: 'web', image: 'nginx:alpine', memory: 32, stopTimeout: 2, portMappings: [{ containerPort: 80 }] }],
    }),
  )
  const { tasks: [started] = [] } = await ecs.send(
    new RunTaskCommand({ cluster, taskDefinition: cluster, startedBy: 'before', tags: [{ key: 'team', value: 'blue' }] }),
  )
  const arn = started?.taskArn ?? ''
  const running = () =>
    until(
      'the task runs',
      async () => {
        const task = await describe(ecs, cluster, arn)
        return task.lastStatus === 'RUNNING' && task
      },
      { withinMs: 120_000, everyMs: 500 },
    )
  const before = await running()

  const scale = (replicas: number) => kecs.kubectl('-n', 'kecs-system', 'scale', 'deployment/kecs-control-plane', `--replicas=${replicas}`)
  await scale(0)
  await kecs.kubectl('-n', 'kecs-system', 'wait', 'pod', '-l', 'kecs.dev/component=control-plane', '--for=delete', '--timeout=100s')
  const data = join(kecs.home, kecs.name, 'data')
  for (const file of readdirSync(data)) if (file.startsWith('kecs.duckdb')) rmSync(join(data, file))
  await scale(1)
  await kecs.kubectl('-n', 'kecs-system', 'rollout', 'status', 'deployment/kecs-control-plane', '--timeout=100s')

  const after = await running()
  const { taskDefinitionArn, startedBy, createdAt, startedAt, overrides, attachments } = before
  expect(after).toMatchObject({ taskDefinitionArn, startedBy, createdAt, startedAt, overrides, attachments })
  expect(after.containers).toEqual(before.containers)
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: cluster }))
  expect(taskDefinition).toMatchObject({ family: cluster, revision: 1, status: 'ACTIVE' })

  await ecs.send(new StopTaskCommand({ cluster, task: arn, reason: 'the test is over' }))
  await until('the task is stopped', async () => (await describe(ecs, cluster, arn)).lastStatus === 'STOPPED', {
    withinMs: 120_000,
    everyMs: 500,
  })
  const selector = `kecs.dev/task-id=${arn.slice(arn.lastIndexOf('/') + 1)}`
  await until('its pod goes', async () => (await kecs.kubectl('get', 'pods', '-A', '-l', selector, '-o', 'name')).trim() === '')
}, 400_000)
