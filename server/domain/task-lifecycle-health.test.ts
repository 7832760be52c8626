import { expect, test } from 'bun:test'
import { aCreation, aTask, anObservation } from '../../test/support/task-fixture.ts'
import type { HealthCheck } from '../aws/generated/ecs.ts'
import type { ContainerObservation, TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import type { TaskFacts } from './task-lifecycle-facts.ts'
import { advance } from './task-lifecycle.ts'

const startedAt = aCreation + 500
const running: ContainerObservation['state'] = { is: 'running', startedAt }
const check: HealthCheck = { command: ['CMD', 'true'], interval: 10, retries: 2, startPeriod: 25 }

const facts = (checks: Readonly<Record<string, HealthCheck | undefined>>, optional: readonly string[] = []): TaskFacts => ({
  containers: Object.entries(checks).map(([name, healthCheck]) => ({
    name,
    essential: !optional.includes(name),
    stopTimeout: 30,
    ...(healthCheck === undefined ? {} : { healthCheck }),
  })),
})
const seen = (passing: Readonly<Record<string, boolean | undefined>>): TaskObservation => {
  const observation = anObservation(Object.fromEntries(Object.keys(passing).map(name => [name, running])))
  const containers = observation.containers.map(each => {
    const checkPasses = passing[each.name]
    return { ...each, ...(checkPasses === undefined ? {} : { checkPasses }) }
  })
  return { ...observation, containers }
}
const look = (row: TaskRow, of: TaskFacts, observation: TaskObservation, afterMs = 1_000) =>
  advance(row, of, observation, { now: startedAt + afterMs, epoch: row.epoch, synced: true })
const health = ({ row: { task } }: { row: TaskRow }) => [task.healthStatus, ...(task.containers ?? []).map(each => each.healthStatus)]

test('is UNKNOWN until the check succeeds or has failed too often after the start period', () => {
  const of = facts({ app: check })
  const first = look(aTask(), of, seen({ app: false }))
  expect(health(first)).toEqual(['UNKNOWN', 'UNKNOWN'])
  // Checks at 10 and 20 s do not count, those at 30 and 40 do.
  expect(first.lookAgainAfterMs).toBe(39_000)
  expect(health(look(first.row, of, seen({ app: false }), 39_999))).toEqual(['UNKNOWN', 'UNKNOWN'])
  const ill = look(first.row, of, seen({ app: false }), 40_000)
  expect(health(ill)).toEqual(['UNHEALTHY', 'UNHEALTHY'])
  expect(ill.lookAgainAfterMs).toBeUndefined()
  expect(ill.action).toBeUndefined()
  expect(ill.row.task.lastStatus).toBe('RUNNING')
})

test('follows the check once it succeeded', () => {
  const of = facts({ app: check })
  const well = look(aTask(), of, seen({ app: true }))
  expect(health(well)).toEqual(['HEALTHY', 'HEALTHY'])
  const ill = look(well.row, of, seen({ app: false }))
  expect(health(ill)).toEqual(['UNHEALTHY', 'UNHEALTHY'])
  expect(health(look(ill.row, of, seen({ app: true })))).toEqual(['HEALTHY', 'HEALTHY'])
})

test.each([
  [{ app: true, db: true }, 'HEALTHY'],
  [{ app: true, db: undefined }, 'HEALTHY'],
  [{ app: undefined, db: undefined }, 'UNKNOWN'],
  [{ app: true, side: true }, 'HEALTHY'],
  [{ app: undefined, side: true }, 'UNKNOWN'],
] as const)('a task with %j is %s', (passing, expected) => {
  const of = facts(Object.fromEntries(Object.entries(passing).map(([name, passes]) => [name, passes === undefined ? undefined : check])), [
    'side',
  ])
  expect(health(look(aTask(Object.keys(passing)), of, seen(passing)))[0]).toBe(expected)
})

test('a container that is not essential leaves the task’s health alone; one that ended keeps its own', () => {
  const of = facts({ app: check, side: check }, ['side'])
  const well = look(aTask(['app', 'side']), of, seen({ app: true, side: true }))
  const ill = look(well.row, of, seen({ app: true, side: false }))
  expect(health(ill)).toEqual(['HEALTHY', 'HEALTHY', 'UNHEALTHY'])
  const gone = seen({ app: true, side: false })
  const [app, side] = gone.containers
  if (app === undefined || side === undefined) throw new Error('two containers')
  const ended = {
    ...gone,
    containers: [app, { ...side, state: { is: 'terminated' as const, exitCode: 0, startedAt, finishedAt: startedAt + 1 } }],
  }
  expect(health(look(well.row, of, ended))).toEqual(['HEALTHY', 'HEALTHY', 'HEALTHY'])
})
