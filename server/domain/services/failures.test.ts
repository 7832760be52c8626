import { expect, test } from 'bun:test'
import { aCreation, aTask } from '../../../test/support/task-fixture.ts'
import type { DeploymentRecord } from '../../store/service-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import { account, isFailure } from './failures.ts'
import { viewTask } from './task-view.ts'
import { failsConsistently, mayLaunchAt } from './throttle.ts'

const startedAt = aCreation / 1000
const stopped = (task: Partial<TaskRow['task']>, row: Partial<TaskRow> = {}): TaskRow =>
  aTask(['app'], { lastStatus: 'STOPPED', desiredStatus: 'STOPPED', startedBy: 'ecs-svc/1', ...task }, row)

test.each<[what: string, row: TaskRow, isFailed: boolean]>([
  ['could not start', stopped({ stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError: no' }), true],
  ['found no room', stopped({ stopCode: 'TaskFailedToStart', stoppedReason: 'RESOURCE:CPU: 0/1 nodes are available' }), false],
  ['exited before it ran', stopped({ stopCode: 'EssentialContainerExited' }), true],
  ['exited at once', stopped({ stopCode: 'EssentialContainerExited', startedAt, stoppingAt: startedAt + 2 }), true],
  ['exited after a while', stopped({ stopCode: 'EssentialContainerExited', startedAt, stoppingAt: startedAt + 4 }), false],
  [
    'exited at once as far as its times tell, but was healthy',
    stopped({ stopCode: 'EssentialContainerExited', startedAt, stoppingAt: startedAt + 2 }, { hasBeenReady: true }),
    false,
  ],
  ['was stopped by a user', stopped({ stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' }), false],
  [
    'was scaled in',
    stopped({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)' }),
    false,
  ],
  [
    'failed its health checks',
    stopped({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed container health checks' }),
    true,
  ],
  ['went down with its machine', stopped({ stopCode: 'TerminationNotice', stoppedReason: 'Host EC2 (instance i-1) terminated.' }), false],
  ['had its pod deleted', stopped({ stopCode: 'InfrastructureHealth', stoppedReason: "The task's pod was deleted." }), false],
])('a task that %s', (_, row, isFailed) => {
  expect(isFailure(row)).toBe(isFailed)
})

const deployment: DeploymentRecord = {
  id: 'ecs-svc/1',
  status: 'PRIMARY',
  serviceRevisionArn: 'arn',
  desiredCount: 2,
  failedTasks: 0,
  breakerFailures: 0,
  rolloutState: 'IN_PROGRESS',
  rolloutStateReason: '',
  createdAt: aCreation,
  updatedAt: aCreation,
}
const context = { now: aCreation + 10_000, graceMs: 0, hasHealthChecks: false }
const view = (row: TaskRow) => viewTask(row, context)
const failed = view(stopped({ stopCode: 'EssentialContainerExited' }))
const ready = view(aTask(['app'], { lastStatus: 'RUNNING', startedAt, startedBy: 'ecs-svc/1' }, { taskId: 'b'.repeat(32) }))

test('each end is counted and marked, those of other deployments only marked', () => {
  const other = view(stopped({ stopCode: 'EssentialContainerExited', startedBy: 'ecs-svc/2' }))
  const counted = account([deployment], [failed, failed, other], { now: context.now, resetsOnHealthyTask: true })
  expect(counted.deployments).toMatchObject([{ failedTasks: 2, breakerFailures: 2, lastFailureAt: context.now }])
  expect(counted.marked.map(({ isAccountedFor }) => isAccountedFor)).toEqual([true, true, true])
})

test('a healthy task ends a row of failures, once, and for the circuit breaker only where that is wanted', () => {
  const failing = { ...deployment, failedTasks: 4, breakerFailures: 4 }
  const reset = account([failing], [ready], { now: context.now, resetsOnHealthyTask: true })
  expect(reset.deployments).toMatchObject([{ failedTasks: 0, breakerFailures: 0 }])
  expect(reset.marked).toMatchObject([{ hasBeenReady: true }])
  const kept = account([failing], [ready], { now: context.now, resetsOnHealthyTask: false })
  expect(kept.deployments).toMatchObject([{ failedTasks: 0, breakerFailures: 4 }])
  const seen = view({ ...ready.row, hasBeenReady: true })
  expect(account([failing], [seen], { now: context.now, resetsOnHealthyTask: true }).deployments).toEqual([failing])
})

test('a deployment that is complete does not feed its circuit breaker', () => {
  const complete: DeploymentRecord = { ...deployment, rolloutState: 'COMPLETED' }
  expect(account([complete], [failed], { now: context.now, resetsOnHealthyTask: true }).deployments).toMatchObject([
    { failedTasks: 1, breakerFailures: 0 },
  ])
})

test('a task without room is told of, and tried again after a while', () => {
  const unplaced = view(stopped({ stopCode: 'TaskFailedToStart', stoppedReason: 'RESOURCE:MEMORY: 0/1 nodes are available' }))
  const counted = account([deployment], [unplaced], { now: context.now, resetsOnHealthyTask: true })
  expect(counted.lack).toBe('RESOURCE:MEMORY')
  expect(counted.deployments).toMatchObject([{ failedTasks: 0, unplacedAt: context.now }])
  expect(mayLaunchAt(counted.deployments[0] ?? deployment, 2)).toBe(context.now + 5_000)
})

test('pauses double with each round of failures, up to 27 minutes', () => {
  const pauseAfter = (failedTasks: number, desiredCount: number): number =>
    mayLaunchAt({ ...deployment, failedTasks, lastFailureAt: 1_000_000 }, desiredCount) - 1_000_000
  expect([1, 2, 3, 4, 30].map(failures => pauseAfter(failures, 1))).toEqual([1_000, 2_000, 4_000, 8_000, 27 * 60_000])
  expect([10, 20, 40].map(failures => pauseAfter(failures, 10))).toEqual([1_000, 2_000, 8_000])
  expect(mayLaunchAt(deployment, 1)).toBe(0)
  expect([2, 3].map(failedTasks => failsConsistently({ ...deployment, failedTasks }, 1))).toEqual([false, true])
})
