import { describe, expect, test } from 'bun:test'
import { aCreation, aTask, anObservation, anUnplacedObservation, askedToStop } from '../../test/support/task-fixture.ts'
import type { ContainerObservation, TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import { type TaskFacts, stopGrace } from './task-lifecycle-facts.ts'
import { type LifecycleContext, type Step, advance } from './task-lifecycle.ts'

type State = ContainerObservation['state']
const waiting: State = { is: 'waiting', reason: 'ContainerCreating' }
const running: State = { is: 'running', startedAt: aCreation + 500 }
const exited = (exitCode: number, more: object = {}): State => ({
  is: 'terminated',
  exitCode,
  startedAt: aCreation + 500,
  finishedAt: aCreation + 900,
  ...more,
})
const failing = (reason: string, message = 'because'): State => ({ is: 'waiting', reason, message })

const facts = (...containers: readonly string[]): TaskFacts => ({
  containers: containers.map(name => ({ name: name.replace('?', ''), essential: !name.endsWith('?'), stopTimeout: 30 })),
})
const app = facts('app')
const context = (more: Partial<LifecycleContext> = {}): LifecycleContext => ({
  now: aCreation + 1_000,
  epoch: aTask().epoch,
  synced: true,
  ...more,
})
const step = (row: TaskRow, observation?: TaskObservation, more: Partial<LifecycleContext> = {}, of = app): Step =>
  advance(row, of, observation, context(more))

/** Steps with the same observation until nothing changes. */
const settled = (row: TaskRow, observation?: TaskObservation, more: Partial<LifecycleContext> = {}, of = app): TaskRow => {
  const next = step(row, observation, more, of).row
  return next === row ? row : settled(next, observation, more, of)
}
const runningTask = (names: readonly string[] = ['app']): TaskRow =>
  settled(aTask(names), anObservation(Object.fromEntries(names.map(name => [name, running]))), {}, facts(...names))

describe('a task on its way up', () => {
  test('is started when nothing runs under its id, and only then', () => {
    expect(step(aTask())).toMatchObject({ action: 'start' })
    expect(step(aTask(), undefined, { synced: false })).toEqual({ row: aTask() })
    expect(step(aTask(), undefined, { startAcceptedAt: aCreation + 900 }).action).toBeUndefined()
    expect(step(aTask(), undefined, { startAcceptedAt: aCreation - 60_000 }).action).toBe('start')
    expect(step(aTask(), anObservation({ app: waiting })).action).toBeUndefined()
  })

  test('goes through its statuses, each change a version', () => {
    const pending = step(aTask(), anUnplacedObservation({ app: waiting })).row
    expect(pending.task).toMatchObject({ lastStatus: 'PENDING', version: 3 })
    const activating = step(aTask(), anObservation({ app: waiting })).row
    expect(activating.task).toMatchObject({ lastStatus: 'ACTIVATING', connectivity: 'CONNECTED', connectivityAt: (aCreation + 100) / 1000 })
    const up = step(activating, anObservation({ app: running })).row
    expect(up.task).toMatchObject({ lastStatus: 'RUNNING', startedAt: (aCreation + 500) / 1000, healthStatus: 'UNKNOWN' })
    expect(up.task.containers).toMatchObject([{ lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' }])
    expect(step(up, anObservation({ app: running })).row).toBe(up)
  })

  test('is RUNNING once every container has started, those that already ended among them', () => {
    const names = facts('app', 'init?')
    const row = aTask(['app', 'init'])
    expect(settled(row, anObservation({ app: waiting, init: running }), {}, names).task.lastStatus).toBe('ACTIVATING')
    expect(settled(row, anObservation({ app: running, init: waiting }), {}, names).task.lastStatus).toBe('ACTIVATING')
    const up = settled(row, anObservation({ app: running, init: exited(0) }), {}, names)
    expect(up.task.lastStatus).toBe('RUNNING')
    expect(up.task.containers).toMatchObject([{ lastStatus: 'RUNNING' }, { lastStatus: 'STOPPED', exitCode: 0 }])
  })

  test('does not go back for a late observation', () => {
    const up = runningTask()
    expect(step(up, anObservation({ app: waiting })).row).toBe(up)
    expect(step(up, anObservation({ app: failing('ErrImagePull') })).row).toBe(up)
    expect(step(up, anUnplacedObservation({ app: waiting }, { unschedulable: '1 Insufficient cpu.' })).row).toBe(up)
  })

  test('shows its times, image and runtime id', () => {
    const seen = anObservation({ app: running })
    const [container] = seen.containers
    if (container === undefined) throw new Error('no container')
    const detailed = {
      ...seen,
      containers: [
        { ...container, imageDigest: 'sha256:1', runtimeId: 'abc', pullStartedAt: aCreation + 200, pullStoppedAt: aCreation + 400 },
      ],
    }
    const { task } = step(aTask(), detailed).row
    expect(task).toMatchObject({ pullStartedAt: (aCreation + 200) / 1000, pullStoppedAt: (aCreation + 400) / 1000 })
    expect(task.containers).toMatchObject([{ imageDigest: 'sha256:1', runtimeId: 'abc' }])
  })

  test('has started no sooner than its images were being pulled, whatever second Kubernetes tells for each', () => {
    const [container] = anObservation({ app: waiting }).containers
    if (container === undefined) throw new Error('no container')
    const pulling = { ...anObservation({}), containers: [{ ...container, pullStartedAt: aCreation + 2_200 }] }
    const startedAt = aCreation + 1_999
    const up = { ...pulling, containers: [{ ...container, state: { is: 'running' as const, startedAt }, pullStoppedAt: startedAt }] }
    const { task } = step(step(aTask(), pulling).row, up).row
    const pulled = (aCreation + 2_200) / 1000
    expect(task).toMatchObject({ pullStartedAt: pulled, pullStoppedAt: pulled, startedAt: pulled })
  })

  test('has its network interface', () => {
    const attachments = [
      { id: 'at-1', type: 'ElasticNetworkInterface', status: 'PRECREATED', details: [{ name: 'subnetId', value: 'subnet-1' }] },
    ]
    const attaching = step(aTask(['app'], { attachments }), anObservation({ app: waiting })).row
    expect(attaching.task.attachments).toMatchObject([{ status: 'ATTACHING' }])
    const { task } = step(attaching, anObservation({ app: running }, { address: '10.1.2.3' })).row
    expect(task.attachments).toEqual([
      {
        id: 'at-1',
        type: 'ElasticNetworkInterface',
        status: 'ATTACHED',
        details: [
          { name: 'subnetId', value: 'subnet-1' },
          { name: 'networkInterfaceId', value: 'eni-0123456789abcdef0' },
          { name: 'macAddress', value: '0a:67:89:ab:cd:ef' },
          { name: 'privateDnsName', value: 'ip-10-1-2-3.ec2.internal' },
          { name: 'privateIPv4Address', value: '10.1.2.3' },
        ],
      },
    ])
    expect(task.containers).toMatchObject([{ networkInterfaces: [{ attachmentId: 'at-1', privateIpv4Address: '10.1.2.3' }] }])
  })

  test('shows its host ports once it runs', () => {
    const networkBindings = [{ bindIP: '0.0.0.0', containerPort: 80, hostPort: 9000, protocol: 'tcp' as const }]
    const row = aTask(['app'], {}, { hostPorts: [{ containerName: 'app', networkBindings }] })
    expect(step(row, anObservation({ app: waiting })).row.task.containers?.[0]?.networkBindings).toBeUndefined()
    expect(step(row, anObservation({ app: running })).row.task.containers?.[0]?.networkBindings).toEqual(networkBindings)
    // As on AWS, where none are told of a container that has none.
    expect(step(aTask(['app']), anObservation({ app: running })).row.task.containers?.[0]?.networkBindings).toEqual([])
  })
})

test('nothing of a task was before the task, though Kubernetes tells whole seconds', () => {
  const created = { createdAt: (aCreation + 900) / 1000 }
  const whole = { scheduledAt: aCreation, networkReadyAt: aCreation }
  const row = aTask(['app'])
  const begun = { is: 'running', startedAt: aCreation } as const
  const up = step({ ...row, task: { ...row.task, ...created } }, anObservation({ app: begun }, whole)).row
  expect(up.task).toMatchObject({ connectivityAt: created.createdAt, pullStoppedAt: created.createdAt, startedAt: created.createdAt })
  const ended = settled(up, anObservation({ app: exited(0, { startedAt: aCreation, finishedAt: aCreation }) }, whole))
  expect(ended.task.executionStoppedAt).toBe(created.createdAt)
})

describe('a task that ends', () => {
  test('with its node, whose runtime did not see how, says that the host stopped', () => {
    const ended = settled(runningTask(), anObservation({ app: exited(255, { reason: 'Unknown' }) }))
    expect(ended.task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TerminationNotice',
      stoppedReason: expect.stringMatching(/^Host EC2 \(instance i-[0-9a-f]{17}\) stopped\.$/),
    })
    // No agent told of its end: ECS has no exit code then.
    expect(ended.task.containers).toMatchObject([{ name: 'app', lastStatus: 'STOPPED' }])
    expect(ended.task.containers?.[0]).not.toHaveProperty('exitCode')
    const own = settled(runningTask(), anObservation({ app: exited(255, { reason: 'Error' }) }))
    expect(own.task.stopCode).toBe('EssentialContainerExited')
    expect(own.task.containers?.[0]?.exitCode).toBe(255)
  })

  test('with its node, which Kubernetes does not know any more, says that the host is terminated', () => {
    const failure = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }
    const { task } = settled(runningTask(), anObservation({ app: exited(137, { reason: 'ContainerStatusUnknown' }) }, { failure }))
    expect(task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TerminationNotice' })
    expect(task.stoppedReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/)
    expect(task.containers).toMatchObject([{ name: 'app', lastStatus: 'STOPPED' }])
    expect(task.containers?.[0]).not.toHaveProperty('exitCode')
  })

  test('with its essential container stops the others and keeps every exit code', () => {
    const names = facts('app', 'side?')
    const up = settled(aTask(['app', 'side']), anObservation({ app: running, side: running }), {}, names)
    const ending = step(up, anObservation({ app: exited(3), side: running }), {}, names)
    expect(ending.action).toBe('stop')
    expect(ending.row.task).toMatchObject({
      lastStatus: 'DEACTIVATING',
      desiredStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      stoppingAt: (aCreation + 1_000) / 1000,
    })
    const stopping = step(ending.row, anObservation({ app: exited(3), side: running }, { stoppingSince: aCreation + 1_000 }), {}, names)
    expect(stopping).toMatchObject({ row: { task: { lastStatus: 'STOPPING' } } })
    expect(stopping.action).toBeUndefined()
    const seen = anObservation(
      { app: exited(3), side: exited(143, { finishedAt: aCreation + 1_500 }) },
      { stoppingSince: aCreation + 1_000 },
    )
    const gone = step(stopping.row, seen, {}, names)
    expect(gone).toMatchObject({ row: { task: { lastStatus: 'DEPROVISIONING' } }, lookAgainAfterMs: 0 })
    const end = step(gone.row, seen, {}, names).row
    expect(end.task).toMatchObject({
      lastStatus: 'STOPPED',
      executionStoppedAt: (aCreation + 1_500) / 1000,
      stoppedAt: (aCreation + 1_000) / 1000,
    })
    expect(end.task.containers).toMatchObject([
      { lastStatus: 'STOPPED', exitCode: 3 },
      { lastStatus: 'STOPPED', exitCode: 143 },
    ])
    expect(step(end, seen, {}, names)).toEqual({ row: end, action: 'release' })
    expect(step(end, undefined, {}, names)).toEqual({ row: end })
  })

  test('keeps how a container ended when a late observation has it running', () => {
    const names = facts('app', 'side?')
    const ended = settled(aTask(['app', 'side']), anObservation({ app: running, side: exited(2) }), {}, names)
    expect(step(ended, anObservation({ app: running, side: running }), {}, names).row).toBe(ended)
  })

  test('goes on while containers end that are not essential', () => {
    const names = facts('app', 'a?', 'b?')
    const seen = anObservation({ app: running, a: exited(1), b: exited(0) })
    const { row, action } = step(aTask(['app', 'a', 'b']), seen, {}, names)
    expect(row.task).toMatchObject({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' })
    expect(action).toBeUndefined()
  })

  test('out of memory says so with the container', () => {
    const { task } = settled(runningTask(), anObservation({ app: exited(137, { reason: 'OOMKilled' }) }))
    expect(task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited' })
    expect(task.containers).toMatchObject([{ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }])
  })

  test('before it was started is never started', () => {
    const asked = askedToStop(aTask(), 'not wanted')
    expect(step(asked, undefined, { synced: false }).row).toBe(asked)
    expect(step(asked, undefined, { startAcceptedAt: aCreation + 900 })).toMatchObject({ row: asked, lookAgainAfterMs: 4_900 })
    const { row, action } = step(asked)
    expect(action).toBeUndefined()
    expect(row.task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'not wanted' })
    expect(row.task.executionStoppedAt).toBeUndefined()
    expect(row.task.containers?.[0]?.exitCode).toBeUndefined()
  })

  test('while it waits for a node is over as soon as stopping began', () => {
    const asked = askedToStop(step(aTask(), anObservation({ app: waiting }, { unschedulable: 'no' })).row)
    expect(step(asked, anObservation({ app: waiting })).action).toBe('stop')
    expect(settled(asked, anObservation({ app: waiting }, { stoppingSince: aCreation })).task).toMatchObject({ lastStatus: 'STOPPED' })
  })

  test('keeps the first reason when it is asked to stop and then ends by itself', () => {
    const asked = askedToStop(runningTask(), 'deploy')
    expect(settled(asked, anObservation({ app: exited(1) })).task).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'deploy' })
  })

  test('with its attachments deleted', () => {
    const attachments = [{ id: 'at-1', type: 'ElasticNetworkInterface', status: 'PRECREATED' }]
    const { task } = settled(aTask(['app'], { attachments }), anObservation({ app: exited(0) }, { address: '10.0.0.1' }))
    expect(task.attachments).toMatchObject([{ status: 'DELETED' }])
  })

  test('gives the containers that still run the longest of their stop timeouts', () => {
    const containers = [
      { name: 'a', essential: true, stopTimeout: 90 },
      { name: 'b', essential: false, stopTimeout: 2 },
      { name: 'c', essential: false, stopTimeout: 5 },
    ]
    expect(stopGrace({ containers }, undefined)).toBe(90)
    expect(stopGrace({ containers }, anObservation({ a: exited(0), b: running, c: waiting }))).toBe(5)
  })
})

describe('a task that cannot start', () => {
  const failures: readonly [State, string][] = [
    [failing('ErrImagePull', 'not found'), 'CannotPullContainerError: not found'],
    [failing('ImagePullBackOff', 'Back-off'), 'CannotPullContainerError: Back-off'],
    [failing('InvalidImageName', ''), 'CannotPullContainerError: InvalidImageName'],
    [failing('ErrImageNeverPull'), 'CannotPullContainerError: because'],
    [failing('CreateContainerConfigError'), 'CannotCreateContainerError: because'],
    [failing('CreateContainerError'), 'CannotCreateContainerError: because'],
    [failing('RunContainerError'), 'CannotStartContainerError: because'],
    [
      { is: 'terminated', exitCode: 128, reason: 'StartError', message: 'no such file', finishedAt: aCreation },
      'CannotStartContainerError: no such file',
    ],
  ]
  test.each(failures)('%j', (state, reason) => {
    const first = step(aTask(), anObservation({ app: state }))
    expect(first.row.task).toMatchObject({ desiredStatus: 'STOPPED', stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start' })
    const { task } = settled(first.row, anObservation({ app: state }, { stoppingSince: aCreation }))
    expect(task).toMatchObject({ lastStatus: 'STOPPED' })
    expect(task.startedAt).toBeUndefined()
    expect(task.containers).toMatchObject([{ lastStatus: 'STOPPED', reason }])
    expect(task.containers?.[0]?.exitCode).toBeUndefined()
  })

  test('on Fargate tells with the task that its image could not be pulled', () => {
    const { task } = step(aTask(['app'], { launchType: 'FARGATE' }), anObservation({ app: failing('ErrImagePull', 'not found') })).row
    expect(task.stoppedReason).toBe('CannotPullContainerError: not found')
  })

  test('runs on when the container is not essential', () => {
    const { row, action } = step(
      aTask(['app', 'side']),
      anObservation({ app: running, side: failing('ErrImagePull') }),
      {},
      facts('app', 'side?'),
    )
    expect(action).toBeUndefined()
    expect(row.task).toMatchObject({ lastStatus: 'RUNNING', startedAt: (aCreation + 500) / 1000 })
    expect(row.task.containers?.[1]).toMatchObject({ lastStatus: 'STOPPED', reason: 'CannotPullContainerError: because' })
  })

  test('because the runtime refuses it', () => {
    const { row, action } = step(aTask(), undefined, { startError: 'no such platform' })
    expect(action).toBeUndefined()
    expect(row.task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart', stoppedReason: 'no such platform' })
  })

  const unschedulable: readonly [string, number, string][] = [
    ['0/1 nodes are available: 1 Insufficient cpu.', 10_000, 'RESOURCE:CPU: '],
    ['0/1 nodes are available: 1 Insufficient memory.', 10_000, 'RESOURCE:MEMORY: '],
    ["0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.", 10_000, 'RESOURCE:PORTS: '],
    ['0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.', 60_000, 'Task failed to start: '],
  ]
  test.each(unschedulable)('%s', (message, limit, prefix) => {
    const seen = anUnplacedObservation({ app: waiting }, { unschedulable: message })
    const early = step(aTask(), seen, { now: aCreation + limit - 1 })
    expect(early).toMatchObject({ row: { task: { desiredStatus: 'RUNNING' } }, lookAgainAfterMs: 1 })
    const late = step(early.row, seen, { now: aCreation + limit })
    expect(late).toMatchObject({ action: 'stop', row: { task: { stopCode: 'TaskFailedToStart', stoppedReason: `${prefix}${message}` } } })
  })

  test('because the node does not admit it', () => {
    const seen = anObservation({}, { failure: { reason: 'OutOfcpu', message: 'Node did not have enough resource' } })
    expect(settled(aTask(), seen).task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'RESOURCE:CPU: OutOfcpu: Node did not have enough resource',
    })
  })
})

describe('a task that something happens to', () => {
  test('is evicted', () => {
    const seen = anObservation({ app: exited(137) }, { failure: { reason: 'Evicted', message: 'The node was low on resource: memory.' } })
    expect(settled(runningTask(), seen).task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'InfrastructureHealth',
      stoppedReason: 'Evicted: The node was low on resource: memory.',
    })
  })

  test('is deleted by somebody else', () => {
    const deleting = step(runningTask(), anObservation({ app: running }, { stoppingSince: aCreation + 700 })).row
    const told = { stopCode: 'InfrastructureHealth', stoppedReason: "The task's pod was deleted." } as const
    expect(deleting.task).toMatchObject({ desiredStatus: 'STOPPED', ...told })
    const ended = anObservation({ app: exited(143) }, { stoppingSince: aCreation + 700 })
    expect(settled(runningTask(), ended).task).toMatchObject({ lastStatus: 'STOPPED', ...told })
    const before = anObservation({ app: exited(1) }, { stoppingSince: aCreation + 1_000 })
    expect(settled(runningTask(), before).task.stopCode).toBe('EssentialContainerExited')
  })

  test('is gone', () => {
    const { task } = step(runningTask()).row
    expect(task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'InfrastructureHealth', executionStoppedAt: (aCreation + 1_000) / 1000 })
    expect(step(askedToStop(runningTask(), 'bye')).row.task).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'bye' })
    expect(step(runningTask(), undefined, { synced: false }).row).toEqual(runningTask())
  })

  test('was started on a cluster that is gone', () => {
    const { row, action } = step(runningTask(), undefined, { epoch: 'another', synced: false })
    expect(action).toBeUndefined()
    expect(row.task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TerminationNotice',
      stoppedReason: 'Host EC2 (instance i-d8eeeffff00001111) terminated.',
    })
    expect(step(aTask(), undefined, { epoch: 'another' })).toMatchObject({ row: { task: { stopCode: 'TerminationNotice' } } })
  })
})
