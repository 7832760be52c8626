import { expect, test } from 'bun:test'
import { randomIds } from '../../shared/ids.ts'
import { awsServices, type AwsServices } from '../../test/support/aws-services.ts'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { FlakyRuntime } from '../../test/support/flaky-runtime.ts'
import { aCluster, aDefinition, aTask, askedToStop } from '../../test/support/task-fixture.ts'
import { until as untilIn } from '../../test/support/until.ts'
import type { ContainerDefinition } from '../aws/generated/ecs.ts'
import { createReconciling } from '../compose/reconcilers.ts'
import { createLog } from '../log.ts'
import { SimulatedRuntime } from '../runtime/simulated/index.ts'
import { memoryStore } from '../store/memory.ts'
import { clusters, taskDefinitions, tasks } from '../store/tables.ts'

const password = 'correct-horse'
const needy: ContainerDefinition = {
  secrets: [{ name: 'PASSWORD', valueFrom: '/app/password' }],
  command: ['sh', '-c', 'echo "$PASSWORD"; sleep 1000'],
}

/** A task that needs a parameter, in a control plane that has begun. */
const world = async (services: AwsServices | undefined, container: ContainerDefinition = needy) => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const runtime = new FlakyRuntime(new SimulatedRuntime({ clock, ids: randomIds }))
  const logged: string[] = []
  const log = createLog({ logLevel: 'debug' }, { write: line => (logged.push(line), true) })
  const definition = aDefinition([{ name: 'app', image: 'nginx', essential: true, ...container }])
  const row = aTask(['app'], { createdAt: clock.now() / 1000 }, { epoch: runtime.epoch })
  const arn = row.task.taskArn
  const ref = { taskArn: arn, taskId: row.taskId, namespace: row.namespace }
  await store.commit(transaction => {
    transaction.put(clusters, aCluster())
    transaction.put(taskDefinitions, definition)
    transaction.put(tasks, row)
  })
  const reconciling = createReconciling({
    store,
    clock,
    ids: randomIds,
    log,
    runtime,
    settings: { endpointUrl: 'http://localhost:4566' },
    backend: services?.backend,
    publishedPorts: undefined,
  })
  reconciling.begin()
  const task = () => store.table(tasks).get(arn)?.task
  const stop = async (): Promise<void> => {
    const now = store.table(tasks).get(arn)
    if (now === undefined) throw new Error('no task')
    await store.commit(transaction => transaction.put(tasks, askedToStop(now)))
    reconciling.controller.wake('task', arn)
  }
  return { clock, store, runtime, reconciling, logged, ref, task, stop }
}

/** Answers come by themselves, not by the clock. */
const until = (condition: () => boolean | Promise<boolean>) => untilIn('it is so', condition, { withinMs: 20_000, everyMs: 2 })

test('a task starts with its secrets, which nothing else shows', async () => {
  const { clock, store, runtime, logged, ref, task, reconciling } = await world(awsServices({ parameters: { '/app/password': password } }))
  await until(() => runtime.calls.some(call => call.startsWith('start ')))
  await clock.until(() => task()?.lastStatus === 'RUNNING')
  await clock.advance(10)
  expect(await runtime.logs(ref, { container: 'app', tail: 10 })).toEqual([password])
  expect(JSON.stringify([...store.table(tasks).all()])).not.toContain(password)
  expect(logged.join('')).not.toContain(password)
  await reconciling.stop()
})

test('what is missing stops the task as ECS says it', async () => {
  const { task, runtime, reconciling } = await world(awsServices({}))
  await until(() => task()?.lastStatus === 'STOPPED')
  expect(task()).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason:
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /app/password',
  })
  expect(runtime.calls.filter(call => call.startsWith('start '))).toEqual([])
  await reconciling.stop()
})

test('without a backend the reason says so', async () => {
  const { task, reconciling } = await world(undefined)
  await until(() => task()?.lastStatus === 'STOPPED')
  expect(task()).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringContaining('has no backend to ask for secrets'),
  })
  await reconciling.stop()
})

test('a backend that is away is asked again, until it answers', async () => {
  const services = awsServices({ parameters: { '/app/password': password } })
  services.isAway = true
  const { clock, task, runtime, reconciling } = await world(services)
  await until(() => services.calls.length === 1)
  expect(task()?.lastStatus).toBe('PROVISIONING')
  await settle()
  services.isAway = false
  await until(() => clock.waiting > 0)
  await clock.advance(500)
  await until(() => runtime.calls.some(call => call.startsWith('start ')))
  expect(services.calls.length).toBe(2)
  await reconciling.stop()
})

test('a backend that stays away fails the task in the end', async () => {
  const services = awsServices({})
  services.isAway = true
  const { clock, task, reconciling } = await world(services)
  const began = clock.now()
  await until(async () => {
    await clock.advance(500)
    return task()?.lastStatus === 'STOPPED'
  })
  expect(task()).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringMatching(
      /^ResourceInitializationError: unable to pull secrets or registry auth: .*context deadline exceeded$/,
    ),
  })
  expect(clock.now() - began).toBeGreaterThanOrEqual(90_000)
  await reconciling.stop()
})

test('StopTask ends a task that waits for its secrets', async () => {
  const services = awsServices({})
  services.isAway = true
  const { task, stop, runtime, reconciling } = await world(services)
  await until(() => services.calls.length === 1)
  await stop()
  await until(() => task()?.lastStatus === 'STOPPED')
  expect(task()).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' })
  expect(runtime.calls.filter(call => call.startsWith('start '))).toEqual([])
  await reconciling.stop()
})
