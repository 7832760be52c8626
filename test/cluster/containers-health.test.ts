// Health checks of containers, on a real cluster.
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../support/until.ts'
import { containerOf, containersHarness, script, type ContainersHarness } from './containers-harness.ts'

let on: ContainersHarness
beforeAll(async () => {
  on = await containersHarness()
}, 300_000)
afterAll(async () => on?.close(), 300_000)

const forever = 'trap "exit 0" TERM; while true; do sleep 0.1; done'

test('a container becomes HEALTHY, then UNHEALTHY, and its task goes on', async () => {
  const task = await on.run([
    {
      name: 'app',
      ...script(forever),
      environment: [{ name: 'FILE', value: '/tmp/ok' }],
      healthCheck: { command: ['CMD-SHELL', 'test -f $FILE'], interval: 5, retries: 1, timeout: 2, startPeriod: 60 },
    },
    { name: 'side', essential: false, ...script(forever), healthCheck: { command: ['CMD', 'false'], interval: 5, retries: 1 } },
    { name: 'plain', ...script(forever) },
  ])
  const up = await on.seen(task, 'the task runs', ({ lastStatus }) => lastStatus === 'RUNNING')
  expect([up.healthStatus, containerOf(up, 'app').healthStatus]).toEqual(['UNKNOWN', 'UNKNOWN'])
  await on.inside(task, 'touch /tmp/ok')
  const well = await on.seen(task, 'it is healthy', ({ healthStatus }) => healthStatus === 'HEALTHY')
  expect(containerOf(well, 'app').healthStatus).toBe('HEALTHY')
  expect(containerOf(well, 'plain').healthStatus).toBe('UNKNOWN')
  await on.inside(task, 'rm /tmp/ok')
  const isIll = (name: string) => (each: Parameters<typeof containerOf>[0]) => containerOf(each, name).healthStatus === 'UNHEALTHY'
  const ill = await on.seen(task, 'it is unhealthy', each => each.healthStatus === 'UNHEALTHY' && isIll('side')(each))
  expect(containerOf(ill, 'app').healthStatus).toBe('UNHEALTHY')
  // Not essential: the task's health is not its.
  expect(containerOf(ill, 'side').healthStatus).toBe('UNHEALTHY')
  expect(ill.lastStatus).toBe('RUNNING')
}, 300_000)

test('a container that never is well is UNHEALTHY after its retries, and not before its start period', async () => {
  // It is looked at before they may be unhealthy, however busy the machine is.
  const check = { command: ['CMD', '/bin/false'], interval: 5, retries: 3 }
  const task = await on.run([
    { name: 'app', ...script(forever), healthCheck: check },
    { name: 'late', ...script(forever), healthCheck: { ...check, startPeriod: 300 } },
    { name: 'hangs', ...script(forever), healthCheck: { ...check, command: ['CMD', 'sleep', '60'], timeout: 2 } },
  ])
  const health = (each: Parameters<typeof containerOf>[0]) => ['app', 'late', 'hangs'].map(name => containerOf(each, name).healthStatus)
  const up = await on.seen(task, 'the task runs', ({ lastStatus }) => lastStatus === 'RUNNING')
  expect(health(up)).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN'])
  const ill = await on.seen(task, 'both are unhealthy', each => health(each).join() === 'UNHEALTHY,UNKNOWN,UNHEALTHY')
  expect(health(ill)).toEqual(['UNHEALTHY', 'UNKNOWN', 'UNHEALTHY'])
  expect(ill.healthStatus).toBe('UNHEALTHY')
}, 300_000)

test('an essential container that is UNHEALTHY ends its task where a service can run another', async () => {
  const { ecs, name: cluster } = on
  const service = 'sick'
  const app = {
    name: 'app',
    image: 'busybox:latest',
    memory: 16,
    ...script(forever),
    healthCheck: { command: ['CMD', 'false'], interval: 5, retries: 1 },
  }
  const well = { name: 'side', image: 'busybox:latest', memory: 16, essential: false, ...script(forever) }
  await ecs.send(new RegisterTaskDefinitionCommand({ family: service, containerDefinitions: [app, well] }))
  await ecs.send(new CreateServiceCommand({ cluster, serviceName: service, taskDefinition: service, desiredCount: 1 }))
  try {
    const ended = await until(
      'its first task ends',
      async () => {
        const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'STOPPED' }))
        const { tasks = [] } = taskArns.length === 0 ? {} : await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))
        return tasks.find(({ lastStatus }) => lastStatus === 'STOPPED')
      },
      { withinMs: 120_000 },
    )
    expect([ended.stopCode, ended.stoppedReason, ended.group]).toEqual([
      'ServiceSchedulerInitiated',
      'Task failed container health checks',
      `service:${service}`,
    ])
    expect(ended.containers?.map(({ name, healthStatus, exitCode }) => [name, healthStatus, exitCode])).toEqual([
      ['app', 'UNHEALTHY', 0],
      ['side', 'UNKNOWN', 0],
    ])
    const { services: [shown] = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
    const id = ended.taskArn?.split('/').at(-1)
    expect(shown?.events?.map(({ message }) => message)).toContain(`(service ${service}) (task ${id}) failed container health checks.`)
  } finally {
    await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
    await until('its tasks are gone', async () => {
      const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'RUNNING' }))
      const { services: [shown] = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
      return taskArns.length === 0 && shown?.status === 'INACTIVE'
    })
  }
}, 300_000)
