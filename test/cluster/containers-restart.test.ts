// Containers that are restarted by their policy, on a real cluster; those that cannot do it refuse.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { clusterFeatures } from '../../server/runtime/kubernetes/cluster-features.ts'
import { containerOf, containersHarness, script, type ContainersHarness } from './containers-harness.ts'

let on: ContainersHarness
let canRestart = false
beforeAll(async () => {
  on = await containersHarness()
  canRestart = (await clusterFeatures(on.client, {})).containerRestarts
}, 300_000)
afterAll(async () => on?.close(), 300_000)

const forever = 'trap "exit 0" TERM; while true; do sleep 0.1; done'
const restartPolicy = { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [4] }
const mountPoints = [{ sourceVolume: 'shared', containerPath: '/shared' }]

test('a container that ran for its period runs again, until it ends with an exit code that is ignored', async () => {
  const task = await on.run(
    [
      { name: 'app', ...script(forever) },
      {
        name: 'worker',
        essential: false,
        mountPoints,
        ...script('test -f /shared/again && exit 4; touch /shared/again; sleep 61; exit 1'),
        restartPolicy,
      },
      { name: 'hasty', essential: false, ...script('exit 2'), restartPolicy },
    ],
    { volumes: [{ name: 'shared' }] },
  )
  if (!canRestart) {
    const { stoppedReason } = await on.ended(task)
    expect(stoppedReason).toMatch(/^This cluster cannot restart one container of a task \(container 'worker'\)/)
    return
  }
  const early = await on.seen(task, 'the hasty one ends', each => containerOf(each, 'hasty').lastStatus === 'STOPPED')
  expect(containerOf(early, 'hasty').exitCode).toBe(2)
  const seen = await on.seen(task, 'the worker ends', each => containerOf(each, 'worker').lastStatus === 'STOPPED', 150_000)
  expect(containerOf(seen, 'worker').exitCode).toBe(4)
  expect(seen.lastStatus).toBe('RUNNING')
  await on.stop(task)
  expect(containerOf(await on.ended(task), 'app').exitCode).toBe(0)
}, 300_000)

test('an essential container that ends before its period ends the task', async () => {
  const task = await on.run([{ name: 'app', ...script('sleep 1; exit 3'), restartPolicy }])
  const ended = await on.ended(task)
  if (!canRestart) return expect(ended.stopCode).toBe('TaskFailedToStart')
  expect(ended.stopCode).toBe('EssentialContainerExited')
  expect(containerOf(ended, 'app').exitCode).toBe(3)
}, 300_000)
