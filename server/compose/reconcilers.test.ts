import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { randomIds } from '../../shared/ids.ts'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { FlakyRuntime } from '../../test/support/flaky-runtime.ts'
import { aCluster, aDefinition, aTask, aTaskId, askedToStop } from '../../test/support/task-fixture.ts'
import type { ContainerDefinition } from '../aws/generated/ecs.ts'
import { createLog } from '../log.ts'
import { SimulatedRuntime } from '../runtime/simulated/index.ts'
import type { Journal } from '../store/journal.ts'
import { memoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { type ClusterRow, type TaskRow, clusters, taskDefinitions, tasks } from '../store/tables.ts'
import { createReconciling } from './reconcilers.ts'

const log = createLog({ logLevel: 'error' }, { write: () => true })
const hour = 3_600_000

/** A store with a cluster and a definition, a runtime, and control planes over them that come and go. */
const world = async ({
  container = {},
  journal,
  wasKnown,
}: { container?: ContainerDefinition; journal?: Journal; wasKnown?: () => Promise<boolean> } = {}) => {
  const clock = new FakeClock()
  const store = memoryStore({ clock, ...(journal === undefined ? {} : { journal }) })
  let ids = 0
  const runtime = new FlakyRuntime(new SimulatedRuntime({ clock, ids: { hex32: () => '', uuid: () => `epoch-${ids++}` } }))
  const control = () =>
    createReconciling({
      store,
      clock,
      ids: randomIds,
      log,
      runtime,
      settings: { endpointUrl: 'http://localhost:4566' },
      publishedPorts: undefined,
      wasKnown,
    })
  const put = async (row: TaskRow): Promise<TaskRow> => {
    await store.commit(transaction => transaction.put(tasks, row))
    return row
  }
  const definition = aDefinition([{ name: 'app', image: 'nginx', essential: true, ...container }])
  const seed = store.commit(transaction => {
    transaction.put(clusters, aCluster())
    transaction.put(taskDefinitions, definition)
  })
  if (journal === undefined) await seed
  const newTask = (): TaskRow => aTask(['app'], { createdAt: clock.now() / 1000 }, { epoch: runtime.epoch })
  return { clock, store, runtime, control, put, newTask }
}

const arn = aTask().task.taskArn
const statusIn = (store: Store): string | undefined => store.table(tasks).get(arn)?.task.lastStatus
const starts = (runtime: FlakyRuntime): number => runtime.calls.filter(call => call.startsWith('start ')).length

describe('the task reconciler', () => {
  test('brings a task to RUNNING without waiting for anything but its start, and to its end', async () => {
    const { clock, store, runtime, control, put, newTask } = await world()
    const { begin, controller } = control()
    begin()
    await put(newTask())
    const began = clock.now()
    controller.wake('task', arn)
    await clock.until(() => statusIn(store) === 'RUNNING', 1_000)
    expect(clock.now() - began).toBe(50)
    expect(starts(runtime)).toBe(1)

    const running = store.table(tasks).get(arn)
    if (running === undefined) throw new Error('no task')
    await put(askedToStop(running))
    controller.wake('task', arn)
    await clock.until(() => statusIn(store) === 'STOPPED', 1_000)
    await settle()
    expect(runtime.calls.slice(-2)).toEqual([`stop ${aTaskId}`, `release ${aTaskId}`])
    expect([...runtime.list()]).toEqual([])
  })

  test('adopts what runs after a restart, starting nothing twice', async () => {
    const { clock, store, runtime, control, put, newTask } = await world()
    const first = control()
    first.begin()
    await put(newTask())
    first.controller.wake('task', arn)
    await clock.advance(20)
    await first.stop()
    expect(statusIn(store)).toBe('ACTIVATING')
    await clock.advance(1_000)
    const second = control()
    second.begin()
    await clock.until(() => statusIn(store) === 'RUNNING', 1_000)
    expect(starts(runtime)).toBe(1)
  })

  test('does nothing to tasks before it knows what runs', async () => {
    const { clock, runtime, control, put, newTask } = await world()
    await put(newTask())
    control().controller.wake('task', arn)
    await clock.advance(60_000)
    expect(runtime.calls).toEqual([])
  })

  test('asks for a start again only when what it started stays unseen', async () => {
    const { clock, store, runtime, control, put, newTask } = await world()
    const { begin, controller } = control()
    begin()
    runtime.isBlind = true
    await put(newTask())
    for (let time = 0; time < 4_000; time += 100) {
      controller.wake('task', arn)
      await clock.advance(100)
    }
    expect(starts(runtime)).toBe(1)
    await clock.advance(2_000)
    expect(starts(runtime)).toBe(2)
    runtime.isBlind = false
    await clock.until(() => statusIn(store) === 'RUNNING', 10_000)
  })

  test('ends tasks of another epoch without starting them', async () => {
    const { clock, store, runtime, control, put, newTask } = await world()
    await put({ ...newTask(), epoch: 'another' })
    control().begin()
    await clock.until(() => statusIn(store) === 'STOPPED')
    expect(store.table(tasks).get(arn)?.task.stopCode).toBe('TerminationNotice')
    expect(starts(runtime)).toBe(0)
  })

  test('stops and releases a task whose row was removed', async () => {
    const { clock, store, runtime, control, put, newTask } = await world({ wasKnown: async () => true })
    const first = control()
    first.begin()
    await put(newTask())
    first.controller.wake('task', arn)
    await clock.until(() => statusIn(store) === 'RUNNING')
    await first.stop()
    await store.commit(transaction => transaction.remove(tasks, arn))
    control().begin()
    await clock.until(() => [...runtime.list()].length === 0, 60_000)
    expect(runtime.calls.slice(-2)).toEqual([`stop ${aTaskId}`, `release ${aTaskId}`])
  })

  test('lets go of a task only when its end is on disk', async () => {
    let write: (() => void) | undefined
    let isSlow = false
    const append = (): Promise<void> => (isSlow ? new Promise(resolve => (write = resolve)) : Promise.resolve())
    const { clock, store, runtime, control, put, newTask } = await world({
      container: { command: ['sleep', '1'] },
      journal: { load: async () => ({ lastRevision: 0, rows: [] }), append, close: async () => {} },
    })
    const { begin, controller } = control()
    begin()
    await put(newTask())
    controller.wake('task', arn)
    await clock.until(() => statusIn(store) === 'RUNNING')
    isSlow = true
    for (let written = 0; statusIn(store) !== 'STOPPED'; written += 1) {
      write?.()
      await clock.advance(100)
      expect(written).toBeLessThan(100)
    }
    await clock.advance(10_000)
    expect([...runtime.list()]).toHaveLength(1)
    isSlow = false
    write?.()
    await clock.advance(100)
    expect([...runtime.list()]).toEqual([])
  })

  test('forgets a STOPPED task after an hour, not before', async () => {
    const { clock, store, control, put, newTask } = await world({ container: { command: ['true'] } })
    const { begin, controller } = control()
    begin()
    await put(newTask())
    controller.wake('task', arn)
    await clock.until(() => statusIn(store) === 'STOPPED')
    await clock.advance(hour - 1_000)
    expect(statusIn(store)).toBe('STOPPED')
    await clock.advance(2_000)
    expect(statusIn(store)).toBeUndefined()
  })

  test('says why when the definition is gone or makes no sense to the runtime', async () => {
    const gone = await world()
    await gone.store.commit(transaction => transaction.remove(taskDefinitions, aTask().task.taskDefinitionArn))
    await gone.put(gone.newTask())
    gone.control().begin()
    await gone.clock.until(() => statusIn(gone.store) === 'STOPPED')
    expect(gone.store.table(tasks).get(arn)?.task).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: "The task's task definition was deleted before it started.",
    })

    const refused = await world({ container: { dockerLabels: { 'kecs.dev/simulate-exit-code': 'x' } } })
    await refused.put(refused.newTask())
    refused.control().begin()
    await refused.clock.until(() => statusIn(refused.store) === 'STOPPED')
    expect(refused.store.table(tasks).get(arn)?.task.stoppedReason).toContain('kecs.dev/simulate-exit-code')
  })

  const failures = fc.array(fc.constantFrom(undefined, 'before' as const, 'after' as const), { maxLength: 25 })
  const restarts = fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 4 })
  test('ends the same however calls fail and the control plane restarts', async () => {
    await fc.assert(
      fc.asyncProperty(failures, restarts, async (failing, times) => {
        const { clock, store, runtime, control, put, newTask } = await world({ container: { command: ['sh', '-c', 'sleep 0.1; exit 3'] } })
        runtime.fails = call => failing[call]
        let current = control()
        current.begin()
        await put(newTask())
        current.controller.wake('task', arn)
        for (const time of times) {
          await clock.advance(time)
          await current.stop()
          current = control()
          current.begin()
        }
        await clock.until(() => statusIn(store) === 'STOPPED' && [...runtime.list()].length === 0)
        const row = store.table(tasks).get(arn)
        expect(row?.task).toMatchObject({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 3 }] })
        await current.stop()
      }),
      { numRuns: 60 },
    )
  })
})

describe('the cluster reconciler', () => {
  const deleted = (now: number): ClusterRow => {
    const row = aCluster()
    return { ...row, cluster: { ...row.cluster, status: 'INACTIVE' }, deletedAt: now }
  }

  test('makes room for a cluster, and removes it once its tasks are over', async () => {
    const { clock, store, runtime, control, put, newTask } = await world()
    const { begin, controller } = control()
    begin()
    await settle()
    expect(runtime.calls).toEqual(['prepare default-us-east-1'])
    await put(newTask())
    controller.wake('task', arn)
    await clock.until(() => statusIn(store) === 'RUNNING')
    await store.commit(transaction => transaction.put(clusters, deleted(clock.now())))
    controller.wake('cluster', aCluster().cluster.clusterArn)
    await clock.advance(5_000)
    expect(runtime.calls).not.toContain('remove default-us-east-1')

    const running = store.table(tasks).get(arn)
    if (running === undefined) throw new Error('no task')
    await put(askedToStop(running))
    controller.wake('task', arn)
    await clock.until(() => runtime.calls.includes('remove default-us-east-1'), 10_000)
    expect(store.table(clusters).size).toBe(1)
    await clock.advance(hour)
    expect(store.table(clusters).size).toBe(0)
  })

  test('makes room again for a cluster of the same name', async () => {
    const { clock, store, runtime, control } = await world()
    const { begin, controller } = control()
    begin()
    await settle()
    for (const row of [deleted(clock.now()), aCluster()]) {
      await store.commit(transaction => transaction.put(clusters, row))
      controller.wake('cluster', row.cluster.clusterArn)
      await clock.advance(2_000)
    }
    expect(runtime.calls).toEqual(['prepare default-us-east-1', 'remove default-us-east-1', 'prepare default-us-east-1'])
  })
})
