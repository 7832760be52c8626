// The order in which containers of a task start and stop, on a real cluster: what each finds says whether it was its turn.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { containerOf, containersHarness, script, type ContainersHarness } from './containers-harness.ts'

let on: ContainersHarness
beforeAll(async () => {
  on = await containersHarness()
}, 300_000)
afterAll(async () => on?.close(), 300_000)

const shared = { volumes: [{ name: 'shared' }] }
const mountPoints = [{ sourceVolume: 'shared', containerPath: '/shared' }]
const forever = 'trap "exit 0" TERM; while true; do sleep 0.1; done'

test('each container finds done what it waits for', async () => {
  const task = await on.run(
    [
      {
        name: 'app',
        mountPoints,
        ...script('test -f /shared/init && test -f /shared/ready && test -f /shared/failed && test -f /shared/side'),
        dependsOn: [
          { containerName: 'Data_Base', condition: 'HEALTHY' },
          { containerName: 'failing', condition: 'COMPLETE' },
          { containerName: 'side', condition: 'START' },
        ],
      },
      {
        name: 'Data_Base',
        essential: false,
        mountPoints,
        ...script(`test -f /shared/init || exit 1; sleep 2; touch /shared/ready; ${forever}`),
        healthCheck: { command: ['CMD-SHELL', 'test "$(ls /shared/ready)" = /shared/ready'], interval: 5 },
        dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }],
      },
      { name: 'init', essential: false, mountPoints, ...script('sleep 2; touch /shared/init') },
      { name: 'failing', essential: false, mountPoints, ...script('sleep 1; touch /shared/failed; exit 3') },
      { name: 'side', essential: false, mountPoints, ...script(`touch /shared/side; ${forever}`) },
    ],
    shared,
  )
  const waiting = await on.seen(task, 'init has started', each => containerOf(each, 'init').lastStatus !== 'PENDING')
  expect(waiting.lastStatus).not.toBe('RUNNING')
  expect(containerOf(waiting, 'app')).toMatchObject({ lastStatus: 'PENDING' })
  expect(containerOf(waiting, 'app').reason).toBeUndefined()
  const ended = await on.ended(task)
  expect(ended).toMatchObject({ stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' })
  const exitCodes = Object.fromEntries((ended.containers ?? []).map(({ name, exitCode }) => [name, exitCode]))
  expect(exitCodes).toEqual({ app: 0, Data_Base: 0, init: 0, failing: 3, side: 0 })
  expect(ended.startedAt).toBeDefined()
}, 300_000)

test('a dependency that fails keeps the container from starting, and the task with it', async () => {
  const task = await on.run([
    { name: 'app', ...script('exit 0'), dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }] },
    { name: 'init', essential: false, ...script('exit 3') },
  ])
  const ended = await on.ended(task)
  expect(ended).toMatchObject({ stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start' })
  expect(ended.startedAt).toBeUndefined()
  expect(containerOf(ended, 'init').exitCode).toBe(3)
  expect(containerOf(ended, 'app')).toMatchObject({
    exitCode: 143,
    reason:
      'CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [init] for target [app] as dependency did not exit successfully.',
  })
  expect(containerOf(ended, 'app').runtimeId).toBeUndefined()
}, 300_000)

test('a dependency is given its startTimeout', async () => {
  const task = await on.run([
    { name: 'app', ...script('exit 0'), dependsOn: [{ containerName: 'slow', condition: 'HEALTHY' }] },
    { name: 'slow', ...script(forever), startTimeout: 4, healthCheck: { command: ['CMD', 'false'], interval: 5 } },
  ])
  const ended = await on.ended(task)
  expect(ended).toMatchObject({ stopCode: 'TaskFailedToStart' })
  expect(containerOf(ended, 'app').reason).toBe(
    'CannotStartContainerError: dependency graph: container ordering dependency [slow] for target [app] has timed out.',
  )
  expect(containerOf(ended, 'slow').exitCode).toBe(0)
}, 300_000)

test('one that cannot start and is not essential lets the task run', async () => {
  const task = await on.run([
    { name: 'app', ...script(forever) },
    { name: 'report', essential: false, ...script('exit 0'), dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }] },
    { name: 'init', essential: false, ...script('sleep 1; exit 1') },
  ])
  const up = await on.seen(task, 'the task runs', ({ lastStatus }) => lastStatus === 'RUNNING')
  expect(containerOf(up, 'report')).toMatchObject({ lastStatus: 'STOPPED', exitCode: 143 })
  await on.seen(task, 'its start is known', ({ startedAt }) => startedAt !== undefined)
  await on.stop(task)
  expect(containerOf(await on.ended(task), 'app').exitCode).toBe(0)
}, 300_000)

test('containers stop in the reverse of that order', async () => {
  const passOn = (own: string, after: string) =>
    `trap 'test -f /shared/${after} || exit 1; sleep 1; touch /shared/${own}; exit 0' TERM; touch /shared/first; while true; do sleep 0.1; done`
  const on3 = (containerName: string) => [{ containerName, condition: 'START' as const }]
  const task = await on.run(
    [
      { name: 'db', mountPoints, ...script(passOn('db', 'api')) },
      { name: 'api', mountPoints, ...script(passOn('api', 'web')), dependsOn: on3('db') },
      { name: 'web', mountPoints, ...script(passOn('web', 'first')), dependsOn: on3('api') },
    ],
    shared,
  )
  await on.seen(task, 'the task runs', ({ lastStatus }) => lastStatus === 'RUNNING')
  await on.stop(task)
  const ended = await on.ended(task)
  expect(ended.stopCode).toBe('UserInitiated')
  expect((ended.containers ?? []).map(({ name, exitCode }) => [name, exitCode])).toEqual([
    ['db', 0],
    ['api', 0],
    ['web', 0],
  ])
}, 300_000)
