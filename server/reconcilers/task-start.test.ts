import { expect, test } from 'bun:test'
import { randomIds } from '../../shared/ids.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { FlakyRuntime } from '../../test/support/flaky-runtime.ts'
import { aCluster, aDefinition, aTask, askedToStop } from '../../test/support/task-fixture.ts'
import { createReconciling } from '../compose/reconcilers.ts'
import { createLog } from '../log.ts'
import { SimulatedRuntime } from '../runtime/simulated/index.ts'
import { memoryStore } from '../store/memory.ts'
import { clusters, taskDefinitions, tasks } from '../store/tables.ts'

/** A task for whose start something is looked up first. */
const world = async () => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const runtime = new FlakyRuntime(new SimulatedRuntime({ clock, ids: randomIds }))
  let isComing = true
  runtime.isComing = () => isComing
  const row = aTask(['app'], { createdAt: clock.now() / 1000 }, { epoch: runtime.epoch })
  const { taskArn } = row.task
  await store.commit(transaction => {
    transaction.put(clusters, aCluster())
    transaction.put(taskDefinitions, aDefinition([{ name: 'app', image: 'nginx', essential: true, command: ['sleep', '1000'] }]))
    transaction.put(tasks, row)
  })
  const reconciling = createReconciling({
    store,
    clock,
    ids: randomIds,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    runtime,
    settings: { endpointUrl: 'http://localhost:4566' },
    backend: undefined,
    publishedPorts: undefined,
  })
  reconciling.begin()
  return {
    clock,
    runtime,
    reconciling,
    task: () => store.table(tasks).get(taskArn)?.task,
    starts: () => runtime.calls.filter(call => call.startsWith('start ')).length,
    arrive: () => {
      isComing = false
      runtime.changed({ taskArn, taskId: row.taskId, namespace: row.namespace })
    },
    stop: async () => {
      const now = store.table(tasks).get(taskArn)
      if (now === undefined) throw new Error('no task')
      await store.commit(transaction => transaction.put(tasks, askedToStop(now)))
      reconciling.controller.wake('task', taskArn)
    },
  }
}

test('a task starts when what is looked up for it is there, at once', async () => {
  const { clock, reconciling, task, starts, arrive } = await world()
  await clock.until(() => starts() === 1)
  await clock.advance(1_000)
  expect(starts()).toBe(1)
  expect(task()?.lastStatus).not.toBe('STOPPED')
  const began = clock.now()
  arrive()
  await clock.until(() => task()?.lastStatus === 'RUNNING')
  expect(clock.now() - began).toBeLessThan(1_000)
  expect(starts()).toBe(2)
  await reconciling.stop()
})

test('StopTask ends one that waits for it, and the runtime is told', async () => {
  const { clock, reconciling, runtime, task, starts, stop } = await world()
  await clock.until(() => starts() === 1)
  await stop()
  await clock.until(() => task()?.lastStatus === 'STOPPED')
  expect(task()).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' })
  await clock.until(() => runtime.calls.some(call => call.startsWith('release ')))
  expect(starts()).toBe(1)
  await reconciling.stop()
})
