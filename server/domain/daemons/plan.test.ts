import { expect, test } from 'bun:test'
import type { DaemonDeploymentRow, DaemonRow } from '../../store/ecs-daemon-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import type { TaskView } from '../services/task-view.ts'
import { planDaemon } from './plan.ts'

const now = 1_000_000
const arn = (kind: string, id: string): string => `arn:aws:ecs:us-east-1:000000000000:${kind}/c/d/${id}`
const daemonArn = 'arn:aws:ecs:us-east-1:000000000000:daemon/c/d'
const clusterArn = 'arn:aws:ecs:us-east-1:000000000000:cluster/c'
const [old, next] = [arn('daemon-revision', '1'), arn('daemon-revision', '2')]

const row: DaemonRow = {
  scope: '000000000000/us-east-1',
  daemonArn,
  clusterArn,
  capacityProviderArns: ['provider'],
  deploymentArn: arn('daemon-deployment', 'x'),
  revisionArn: next,
  formerRevisionArn: old,
  tags: [],
  createdAt: 0,
  updatedAt: 0,
  requestDigest: '',
}

const deployment = (more: Partial<DaemonDeploymentRow['deployment']> = {}): DaemonDeploymentRow => ({
  daemonArn,
  createdAt: 0,
  deployment: {
    daemonDeploymentArn: row.deploymentArn,
    status: 'IN_PROGRESS',
    startedAt: 1,
    targetDaemonRevision: { arn: next, capacityProviders: [{ arn: 'provider' }] },
    sourceDaemonRevisions: [{ arn: old, capacityProviders: [{ arn: 'provider' }] }],
    circuitBreaker: { failureCount: 0, status: 'MONITORING', threshold: 3 },
    deploymentConfiguration: { drainPercent: 25, bakeTimeInMinutes: 0 },
    ...more,
  },
})

const task = (nodeName: string, revision: string, more: Partial<TaskView> = {}, failed = false): TaskView => {
  const taskArn = `arn:aws:ecs:us-east-1:000000000000:task/c/${nodeName}${revision.at(-1)}`
  const made: TaskRow = {
    scope: row.scope,
    taskId: `${nodeName}${revision.at(-1)}`,
    namespace: 'c',
    task: {
      taskArn,
      clusterArn,
      taskDefinitionArn: 'd',
      lastStatus: failed ? 'STOPPED' : 'RUNNING',
      desiredStatus: failed ? 'STOPPED' : 'RUNNING',
      version: 1,
      ...(failed ? { stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError' } : {}),
    },
    tags: [],
    epoch: 'e',
    nodeName,
    daemonArn,
    hasBeenReady: true,
  }
  const id = revision.at(-1) ?? ''
  return {
    row: made,
    deploymentId: id,
    isWanted: !failed,
    isOver: failed,
    health: failed ? 'starting' : 'ready',
    isProtected: false,
    ...more,
  }
}

const nodes = ['a', 'b', 'c', 'd']

test('replaces a quarter of the machines at a time, and starts where a task is gone', () => {
  const all = planDaemon({ row, deployment: deployment(), nodeNames: nodes, tasks: nodes.map(node => task(node, old)), now })
  expect(all.changed.map(({ nodeName, task: { desiredStatus } }) => [nodeName, desiredStatus])).toEqual([['a', 'STOPPED']])
  expect(all.startOn).toEqual([])
  const rest = nodes.slice(1).map(node => task(node, old))
  const gone = planDaemon({ row, deployment: deployment(), nodeNames: nodes, tasks: rest, now })
  expect(gone.startOn).toEqual(['a'])
  expect(gone.changed).toEqual([])
  expect(gone.deployment?.deployment).toMatchObject({
    status: 'IN_PROGRESS',
    targetDaemonRevision: { totalRunningInstanceCount: 0, totalWithoutDaemonInstanceCount: 4 },
    sourceDaemonRevisions: [{ totalRunningInstanceCount: 3, totalWithoutDaemonInstanceCount: 1 }],
  })
})

test('a deployment is SUCCESSFUL once each machine has a task that is well, and was for the bake time', () => {
  const tasks = nodes.map(node => task(node, next))
  const baking = deployment({ deploymentConfiguration: { bakeTimeInMinutes: 2 } })
  const ready = planDaemon({ row, deployment: baking, nodeNames: nodes, tasks, now })
  expect(ready.deployment).toMatchObject({ readyAt: now, deployment: { status: 'IN_PROGRESS' } })
  expect(ready.lookAgainAt).toBe(now + 120_000)
  const baked = planDaemon({ row, deployment: ready.deployment, nodeNames: nodes, tasks, now: now + 120_000 })
  expect(baked.deployment?.deployment).toMatchObject({
    status: 'SUCCESSFUL',
    finishedAt: 1_120,
    targetDaemonRevision: { totalRunningInstanceCount: 4 },
  })
  expect(baked.row.formerRevisionArn).toBeUndefined()
})

test('the third failure goes back to the revision before, and without one starts nothing more', () => {
  const twice = deployment({ circuitBreaker: { failureCount: 2, status: 'MONITORING', threshold: 3 } })
  const tasks = [task('a', next, {}, true), ...nodes.slice(1).map(node => task(node, old))]
  const back = planDaemon({ row, deployment: twice, nodeNames: nodes, tasks, now })
  expect(back.row.revisionArn).toBe(old)
  expect(back.startOn).toEqual(['a'])
  expect(back.changed).toMatchObject([{ nodeName: 'a', isAccountedFor: true }])
  expect(back.deployment?.deployment).toMatchObject({
    status: 'ROLLBACK_IN_PROGRESS',
    circuitBreaker: { failureCount: 3, status: 'TRIGGERED' },
    rollback: { rollbackTargetDaemonRevisionArn: old },
  })
  const { formerRevisionArn: _, ...first } = row
  const failed = planDaemon({ row: first, deployment: twice, nodeNames: ['a'], tasks: tasks.slice(0, 1), now })
  expect(failed.deployment?.deployment.status).toBe('ROLLBACK_FAILED')
  expect(failed.startOn).toEqual([])
})

test('waits longer after each failure of a daemon that is past its deployment', () => {
  const over = deployment({ status: 'SUCCESSFUL' })
  const once = planDaemon({
    row: { ...row, failedTasks: 2, failedAt: 1 },
    deployment: over,
    nodeNames: ['a'],
    tasks: [task('a', next, {}, true)],
    now,
  })
  expect(once.row).toMatchObject({ failedTasks: 3, failedAt: now })
  expect(once.startOn).toEqual([])
  expect(once.lookAgainAt).toBe(now + 4_000)
  expect(planDaemon({ row: once.row, deployment: over, nodeNames: ['a'], tasks: [], now: now + 4_000 }).startOn).toEqual(['a'])
})
