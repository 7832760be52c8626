import { describe, expect, test } from 'bun:test'
import { aCreation, aTask, anObservation, askedToStop } from '../../test/support/task-fixture.ts'
import type { ContainerObservation, TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import type { Dependency } from './container-order.ts'
import type { ContainerFacts, TaskFacts } from './task-lifecycle-facts.ts'
import { type Step, advance } from './task-lifecycle.ts'

type State = ContainerObservation['state']
const waiting: State = { is: 'waiting' }
const running: State = { is: 'running', startedAt: aCreation + 500 }
const exited = (exitCode: number): State => ({ is: 'terminated', exitCode, startedAt: aCreation + 500, finishedAt: aCreation + 900 })
const failed: State = { is: 'waiting', reason: 'ErrImagePull', message: 'no such image' }

const fact = (name: string, dependencies: readonly Dependency[] = [], more: Partial<ContainerFacts> = {}): ContainerFacts => ({
  name,
  essential: name === 'app',
  stopTimeout: 30,
  dependencies,
  ...more,
})
const dependsOn = (containerName: string, condition: Dependency['condition'] = 'START'): Dependency => ({ containerName, condition })
const factsOf = (...containers: readonly ContainerFacts[]): TaskFacts => ({ containers })

/** An observation in which those that are named by `held` wait to be let go. */
const seenAs = (
  states: Readonly<Record<string, State>>,
  held: readonly string[] = [],
  passing: readonly string[] = [],
): TaskObservation => {
  const seen = anObservation(states)
  const containers = seen.containers.map(each => ({
    ...each,
    ...(held.includes(each.name) ? { isHeld: true as const } : {}),
    checkPasses: passing.includes(each.name),
  }))
  return { ...seen, containers }
}
const step = (row: TaskRow, facts: TaskFacts, seen: TaskObservation, now = aCreation + 1_000): Step =>
  advance(row, facts, seen, { now, epoch: row.epoch, synced: true })
const container = ({ row }: Step, name: string) => row.task.containers?.find(each => each.name === name)
const check = { command: ['CMD', 'true'], interval: 10, retries: 2 }

describe('a container that depends on another one', () => {
  const cases: readonly (readonly [Dependency['condition'], State, 'starts' | 'waits' | 'fails'])[] = [
    ['START', waiting, 'waits'],
    ['START', running, 'starts'],
    ['START', exited(1), 'starts'],
    ['START', failed, 'fails'],
    ['COMPLETE', running, 'waits'],
    ['COMPLETE', exited(1), 'starts'],
    ['COMPLETE', failed, 'fails'],
    ['SUCCESS', running, 'waits'],
    ['SUCCESS', exited(0), 'starts'],
    ['SUCCESS', exited(1), 'fails'],
    ['HEALTHY', running, 'waits'],
    ['HEALTHY', exited(0), 'fails'],
  ]
  test.each(cases)('%s of one that is %j: it %s', (condition, state, outcome) => {
    const facts = factsOf(fact('app', [dependsOn('dep', condition)]), fact('dep', [], { healthCheck: check }))
    const next = step(aTask(['app', 'dep']), facts, seenAs({ app: waiting, dep: state }, ['app']))
    if (outcome === 'starts') expect(next).toMatchObject({ action: 'startContainers', containers: ['app'] })
    else expect(next.action).toBe(outcome === 'waits' ? undefined : 'stop')
    expect(container(next, 'app')?.lastStatus).toBe(outcome === 'fails' ? 'STOPPED' : 'PENDING')
    if (outcome === 'fails') {
      expect(next.row.task).toMatchObject({ stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start' })
      expect(container(next, 'app')).toMatchObject({
        exitCode: 143,
        reason: expect.stringMatching(/^CannotStartContainerError: dependency graph: /),
      })
    }
  })

  test('HEALTHY starts it once the check succeeds', () => {
    const facts = factsOf(fact('app', [dependsOn('dep', 'HEALTHY')]), fact('dep', [], { healthCheck: check }))
    const next = step(aTask(['app', 'dep']), facts, seenAs({ app: waiting, dep: running }, ['app'], ['dep']))
    expect(next).toMatchObject({ action: 'startContainers', containers: ['app'] })
    expect(container(next, 'dep')?.healthStatus).toBe('HEALTHY')
  })

  test('waits for all, and is not asked to start once it was let go', () => {
    const facts = factsOf(fact('app', [dependsOn('one'), dependsOn('two', 'COMPLETE')]), fact('one'), fact('two'))
    const row = aTask(['app', 'one', 'two'])
    expect(step(row, facts, seenAs({ app: waiting, one: running, two: running }, ['app'])).action).toBeUndefined()
    const open = seenAs({ app: waiting, one: running, two: exited(0) }, ['app'])
    expect(step(row, facts, open).action).toBe('startContainers')
    expect(step(row, facts, seenAs({ app: waiting, one: running, two: exited(0) })).action).toBeUndefined()
  })

  test('gives up after the startTimeout of what it waits for, which it looks at in time', () => {
    const facts = factsOf(fact('app', [dependsOn('dep', 'COMPLETE')]), fact('dep', [], { startTimeout: 5 }))
    const row = aTask(['app', 'dep'])
    const seen = seenAs({ app: waiting, dep: running }, ['app'])
    expect(step(row, facts, seen)).toMatchObject({ lookAgainAfterMs: 4_500 })
    const late = step(row, facts, seen, aCreation + 5_500)
    expect(container(late, 'app')?.reason).toBe(
      'CannotStartContainerError: dependency graph: container ordering dependency [dep] for target [app] has timed out.',
    )
    expect(step(row, factsOf(fact('app', [dependsOn('dep')]), fact('dep', [], { startTimeout: 5 })), seen).action).toBe('startContainers')
  })

  test('that cannot start takes those along that wait for it, and is not the end of the task unless one is essential', () => {
    const chain = factsOf(fact('app'), fact('c', [dependsOn('b')]), fact('b', [dependsOn('a', 'SUCCESS')]), fact('a'))
    const seen = seenAs({ app: running, c: waiting, b: waiting, a: exited(2) }, ['b', 'c'])
    const given = step(aTask(['app', 'c', 'b', 'a']), chain, seen)
    expect(given.row.task.desiredStatus).toBe('RUNNING')
    expect(['a', 'b', 'c'].map(name => container(given, name)?.exitCode)).toEqual([2, 143, 143])
    // It runs with the next look, for which nothing has to happen, and since when is told with it.
    expect([given.row.task.lastStatus, given.lookAgainAfterMs]).toEqual(['ACTIVATING', 1])
    const after = step(given.row, chain, seen)
    expect(after.row.task).toMatchObject({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING', startedAt: (aCreation + 500) / 1000 })
    expect(step(after.row, chain, seen)).toEqual({ row: after.row })
  })

  test('is not given up for a late observation of what it waits for', () => {
    const facts = factsOf(fact('app', [dependsOn('dep', 'SUCCESS')]), fact('dep', [], { startTimeout: 5 }))
    const done = step(aTask(['app', 'dep']), facts, seenAs({ app: waiting, dep: exited(0) }, ['app'])).row
    for (const late of [waiting, running]) {
      const next = step(done, facts, seenAs({ app: waiting, dep: late }, ['app']), aCreation + 60_000)
      expect(next.row).toBe(done)
      expect(next.action).toBeUndefined()
    }
  })

  test('is not started once the task is to stop', () => {
    const facts = factsOf(fact('app', [dependsOn('dep')]), fact('dep'))
    const next = step(askedToStop(aTask(['app', 'dep'])), facts, seenAs({ app: waiting, dep: running }, ['app']))
    expect(next.action).toBe('stop')
  })
})

describe('a task that stops', () => {
  const facts = factsOf(fact('app', [dependsOn('api')]), fact('api', [dependsOn('db', 'HEALTHY')]), fact('db'), fact('alone'))
  const names = ['app', 'api', 'db', 'alone']
  const stopping = (states: Readonly<Record<string, State>>, held: readonly string[] = []) =>
    step(askedToStop(aTask(names)), facts, seenAs(states, held))

  test('stops first what nothing depends on, and all at once when no order is left', () => {
    const up = { app: running, api: running, db: running, alone: running }
    expect(stopping(up)).toMatchObject({ action: 'stopContainers', containers: ['app', 'alone'], lookAgainAfterMs: 5_000 })
    expect(stopping({ ...up, alone: exited(0) })).toMatchObject({ action: 'stopContainers', containers: ['app'] })
    expect(stopping({ ...up, app: exited(0), alone: exited(0) })).toMatchObject({ action: 'stopContainers', containers: ['api'] })
    const last = stopping({ ...up, app: exited(0), alone: exited(0), api: exited(143) })
    expect(last.action).toBe('stop')
    expect(last.containers).toBeUndefined()
  })

  test('stops all at once when one is about to start, not when one is only held back', () => {
    const half = { app: waiting, api: running, db: running, alone: running }
    expect(stopping(half).action).toBe('stop')
    expect(stopping(half, ['app'])).toMatchObject({ action: 'stopContainers', containers: ['api', 'alone'] })
  })
})

describe('a task that is to have no network', () => {
  const isolated: TaskFacts = { ...factsOf(fact('app'), fact('side', [dependsOn('app')])), isIsolated: true }
  const seen = { ...seenAs({ app: waiting, side: waiting }, ['app', 'side']), networkReadyAt: aCreation + 500 }
  const stepOf = (hasNoNetwork: boolean, now: number, observation: TaskObservation = seen): Step =>
    advance(aTask(['app', 'side']), isolated, observation, { now, epoch: aTask().epoch, synced: true, hasNoNetwork })

  test('starts once it has none, in its order', () => {
    expect(stepOf(false, aCreation + 1_000).action).toBeUndefined()
    expect(stepOf(true, aCreation + 1_000)).toMatchObject({ action: 'startContainers', containers: ['app'] })
  })

  test('is stopped where that takes too long', () => {
    const { networkReadyAt: _, ...without } = seen
    expect(stepOf(false, aCreation + 90_000, without).row.task.stopCode).toBeUndefined()
    expect(stepOf(false, aCreation + 30_499).lookAgainAfterMs).toBe(1)
    expect(stepOf(false, aCreation + 30_500).row.task).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: "ResourceInitializationError: the task's network could not be taken away: the node's agent did not do it.",
    })
  })

  test('is not waited for where its containers run: they were let go before', () => {
    const { action, row } = stepOf(false, aCreation + 90_000, { ...seen, ...anObservation({ app: running, side: running }) })
    expect([action, row.task.stopCode]).toEqual([undefined, undefined])
  })
})
