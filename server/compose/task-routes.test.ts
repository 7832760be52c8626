// What the administration port does to tasks, and what their service makes of it, over a control plane of its own.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
  UpdateServiceCommand,
  UpdateTaskProtectionCommand,
} from '@aws-sdk/client-ecs'
import { ecsOf } from '../../test/support/tasks.ts'
import { until } from '../../test/support/until.ts'
import { startServer, type RunningServer } from '../main.ts'

let dataDir: string
let server: RunningServer
let ecs: ECSClient
const onFargate = { networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } } }
const onSpot = { ...onFargate, capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] }

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kecs-task-routes-'))
  server = await startServer({
    dataDir,
    host: '127.0.0.1',
    apiPort: 0,
    adminPort: 0,
    runtime: 'simulated',
    instance: 'task-routes',
    logLevel: 'error',
  })
  ecs = ecsOf({ endpoint: server.url })
  await ecs.send(new CreateClusterCommand({ capacityProviders: ['FARGATE', 'FARGATE_SPOT'] }))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'nginx' }],
    }),
  )
  await ecs.send(
    new RegisterTaskDefinitionCommand({ family: 'plain', containerDefinitions: [{ name: 'app', image: 'nginx', memory: 64 }] }),
  )
})
afterAll(async () => {
  await server?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const ask = async (what: 'interrupt' | 'retire', task: unknown) => {
  const response = await fetch(`${server.adminUrl}/tasks/${what}`, { method: 'POST', body: JSON.stringify({ task }) })
  const text = await response.text()
  return { status: response.status, text, json: () => JSON.parse(text) as Record<string, string> }
}
const seen = async (task: string): Promise<Task> => (await ecs.send(new DescribeTasksCommand({ tasks: [task] }))).tasks?.[0] ?? {}
const becomes = async (task: string, lastStatus: string): Promise<Task> =>
  until(`${task} is ${lastStatus}`, async () => {
    const found = await seen(task)
    return found.lastStatus === lastStatus && found
  })
const run = async (more: Partial<RunTaskCommandInput>): Promise<string> => {
  const { tasks: [task] = [] } = await ecs.send(new RunTaskCommand({ taskDefinition: 'web', ...more }))
  await becomes(task?.taskArn ?? '', 'RUNNING')
  return task?.taskArn ?? ''
}

test('Spot capacity is taken back: SIGTERM now, and ECS’ stop code and reason', async () => {
  const task = await run(onSpot)
  const answer = await ask('interrupt', task)
  expect(answer.json()).toEqual({ taskArn: task, stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' })
  const { stopCode, stoppedReason, containers } = await becomes(task, 'STOPPED')
  expect([stopCode, stoppedReason, containers?.[0]?.exitCode]).toEqual(['SpotInterruption', 'Your Spot Task was interrupted.', 143])
  expect(await ask('interrupt', task)).toMatchObject({ status: 409 })
})

test('what is on no Spot capacity is not interrupted', async () => {
  const task = await run({ ...onFargate, launchType: 'FARGATE' })
  const { status, text } = await ask('interrupt', task)
  expect([status, text.split('\n')[0]]).toEqual([409, `${task} is on no Spot capacity.`])
  expect((await seen(task)).desiredStatus).toBe('RUNNING')
})

test('a task is retired: on Fargate for maintenance, elsewhere with its host', async () => {
  const task = await run({ ...onFargate, launchType: 'FARGATE' })
  await ask('retire', task.slice(task.lastIndexOf('/') + 1))
  expect(await becomes(task, 'STOPPED')).toMatchObject({
    stopCode: 'TerminationNotice',
    stoppedReason: 'ECS is performing maintenance on the underlying infrastructure hosting the task',
  })
  const onHost = await run({ taskDefinition: 'plain' })
  await ask('retire', onHost)
  const { stopCode, stoppedReason } = await becomes(onHost, 'STOPPED')
  expect(stopCode).toBe('TerminationNotice')
  expect(stoppedReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/)
})

test('what is no task is refused', async () => {
  expect(await ask('retire', '0'.repeat(32))).toMatchObject({ status: 404 })
  expect(await ask('retire', 7)).toMatchObject({ status: 400 })
})

test('a service replaces what was taken, protected or not; protection is from scaling in', async () => {
  await ecs.send(new CreateServiceCommand({ serviceName: 'web', taskDefinition: 'web', desiredCount: 2, ...onSpot }))
  const running = async (): Promise<string[]> => {
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName: 'web' }))
    const found = await Promise.all(taskArns.map(seen))
    return found.filter(({ lastStatus }) => lastStatus === 'RUNNING').map(({ taskArn = '' }) => taskArn)
  }
  const two = await until('both run', async () => {
    const arns = await running()
    return arns.length === 2 && arns
  })
  const [first = '', second = ''] = two
  await ecs.send(new UpdateTaskProtectionCommand({ cluster: 'default', tasks: [first, second], protectionEnabled: true }))
  await ask('interrupt', first)
  await becomes(first, 'STOPPED')
  const replaced = await until('it is replaced', async () => {
    const arns = await running()
    return arns.length === 2 && arns
  })
  expect(replaced).not.toContain(first)
  expect(replaced).toContain(second)
  // The one that is not protected goes; the other stays for as long as it is.
  await ecs.send(new UpdateServiceCommand({ service: 'web', desiredCount: 0 }))
  await until('one is left', async () => (await running()).length === 1)
  expect(await running()).toEqual([second])
  await ecs.send(new UpdateTaskProtectionCommand({ cluster: 'default', tasks: [second], protectionEnabled: false }))
  await until('none is left', async () => (await running()).length === 0)
})

test('a service starts the replacement of a retired task before it stops that one, where the maximum leaves room', async () => {
  const rolling = (maximumPercent: number) => ({ minimumHealthyPercent: 0, maximumPercent })
  const service = async (serviceName: string, maximumPercent: number): Promise<string> => {
    const deploymentConfiguration = rolling(maximumPercent)
    await ecs.send(
      new CreateServiceCommand({
        serviceName,
        taskDefinition: 'web',
        desiredCount: 1,
        launchType: 'FARGATE',
        deploymentConfiguration,
        ...onFargate,
      }),
    )
    const [task = ''] = await until(`${serviceName} runs`, async () => {
      const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName }))
      return taskArns.length === 1 && (await seen(taskArns[0] ?? '')).lastStatus === 'RUNNING' && taskArns
    })
    return task
  }
  const startOf = async (serviceName: string, other: string): Promise<Task> =>
    until(`${serviceName} has another`, async () => {
      const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName }))
      const next = taskArns.find(arn => arn !== other)
      const found = next === undefined ? undefined : await seen(next)
      return found?.lastStatus === 'RUNNING' && found
    })
  const [roomy, tight] = await Promise.all([service('roomy', 200), service('tight', 100)])
  for (const task of [roomy, tight]) {
    expect((await ask('retire', task)).json()).toEqual({
      taskArn: task,
      stopCode: 'TerminationNotice',
      stoppedReason: 'ECS is performing maintenance on the underlying infrastructure hosting the task',
    })
  }
  const [before, after] = [await startOf('roomy', roomy), await startOf('tight', tight)]
  const [gone, goneFirst] = [await becomes(roomy, 'STOPPED'), await becomes(tight, 'STOPPED')]
  for (const task of [gone, goneFirst]) expect(task.stopCode).toBe('TerminationNotice')
  expect(before.startedAt?.getTime() ?? Infinity).toBeLessThan(gone.stoppingAt?.getTime() ?? 0)
  expect(after.createdAt?.getTime() ?? 0).toBeGreaterThanOrEqual(goneFirst.stoppingAt?.getTime() ?? Infinity)
  const { services: [described] = [] } = await ecs.send(new DescribeServicesCommand({ services: ['roomy'] }))
  // It is nobody's failure.
  expect(described?.deployments?.[0]?.failedTasks).toBe(0)
  expect(described?.events?.map(({ message }) => message).join('\n')).not.toMatch(/unhealthy|failed/)
})
