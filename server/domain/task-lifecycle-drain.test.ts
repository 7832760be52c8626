// A task behind load balancers that is to stop: it serves on until its targets are drained.
import { describe, expect, test } from 'bun:test'
import { aCreation, aTask, anObservation, askedToStop } from '../../test/support/task-fixture.ts'
import type { ContainerObservation } from '../runtime/runtime.ts'
import type { TaskLoadBalancer, TaskRow } from '../store/tables.ts'
import type { TaskFacts } from './task-lifecycle-facts.ts'
import { type Step, advance } from './task-lifecycle.ts'

type State = ContainerObservation['state']
const running: State = { is: 'running', startedAt: aCreation + 500 }
const exited: State = { is: 'terminated', exitCode: 1, startedAt: aCreation + 500, finishedAt: aCreation + 900 }
const now = aCreation + 1_000

const facts: TaskFacts = {
  containers: [
    { name: 'app', essential: true, stopTimeout: 30 },
    { name: 'side', essential: false, stopTimeout: 30 },
  ],
}

const registered: TaskLoadBalancer = {
  targetGroupArn: 'g',
  containerName: 'app',
  containerPort: 80,
  target: { Id: '10.0.0.1', Port: 80 },
}
const draining: TaskLoadBalancer = { ...registered, deregistered: { at: now - 500, drainsUntil: now + 29_500 } }

const behind = (entry: TaskLoadBalancer, states: Readonly<Record<string, State>> = { app: running, side: running }): Step => {
  const context = { now, epoch: aTask().epoch, synced: true }
  const up: TaskRow = { ...aTask(['app', 'side'], { lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' }), loadBalancers: [entry] }
  return advance(askedToStop(up), facts, anObservation(states), context)
}

describe('a task that is to stop', () => {
  test('is DEACTIVATING, and not stopped, while its targets are deregistered and drain', () => {
    for (const [entry, lookAgainAfterMs] of [
      [registered, 1],
      [draining, 29_500],
    ] as const) {
      const step = behind(entry)
      expect([step.row.task.lastStatus, step.action, step.lookAgainAfterMs]).toEqual(['DEACTIVATING', undefined, lookAgainAfterMs])
    }
  })

  test('is stopped once they are', () => {
    expect(behind({ ...registered, deregistered: { at: now - 30_000, drainsUntil: now } }).action).toBe('stop')
  })

  test('is stopped at once where an essential container has died, and not for another one', () => {
    expect(behind(draining, { app: exited, side: running }).action).toBe('stop')
    expect(behind(draining, { app: running, side: exited }).action).toBeUndefined()
  })

  test('goes on where its log router waits for what others wrote', () => {
    const routed: TaskFacts = {
      containers: [
        { name: 'app', essential: true, stopTimeout: 30, dependencies: [{ containerName: 'side', condition: 'START' }] },
        { name: 'side', essential: false, stopTimeout: 30 },
      ],
    }
    const up = askedToStop(aTask(['app', 'side'], { lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' }))
    const context = { now, epoch: aTask().epoch, synced: true, leftToRouteMs: 700 }
    // First what writes is stopped, whatever is on its way.
    expect(advance(up, routed, anObservation({ app: running, side: running }), context)).toMatchObject({ containers: ['app'] })
    const left = anObservation({ app: exited, side: running })
    expect(advance(up, routed, left, context)).toMatchObject({ lookAgainAfterMs: 700 })
    expect(advance(up, routed, left, context).action).toBeUndefined()
    expect(advance(up, routed, left, { ...context, leftToRouteMs: 0 }).action).toBe('stop')
  })

  test('is stopped within its pod where its logs are delivered from there', () => {
    const up = askedToStop(aTask(['app', 'side'], { lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' }))
    const context = { now, epoch: aTask().epoch, synced: true, areLogsShipped: true }
    const stopping = (states: Readonly<Record<string, State>>): Step => advance(up, facts, anObservation(states), context)
    expect(stopping({ app: running, side: running })).toMatchObject({ action: 'stopContainers', containers: ['app', 'side'] })
    expect(stopping({ app: exited, side: running })).toMatchObject({ action: 'stopContainers', containers: ['side'] })
    // One that may still begin is stopped with its pod alone.
    expect(stopping({ app: running, side: { is: 'waiting' } })).toMatchObject({ action: 'stop' })
    expect(stopping({ app: exited, side: exited }).row.task.lastStatus).toBe('DEPROVISIONING')
  })

  test('is stopped at once where Spot capacity is taken away', () => {
    const up: TaskRow = { ...aTask(['app', 'side'], { lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' }), loadBalancers: [draining] }
    const asked = askedToStop(up)
    const interrupted: TaskRow = { ...asked, task: { ...asked.task, stopCode: 'SpotInterruption' } }
    const context = { now, epoch: aTask().epoch, synced: true }
    expect(advance(interrupted, facts, anObservation({ app: running, side: running }), context).action).toBe('stop')
  })
})
