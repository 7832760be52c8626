import { afterEach, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentContainer, agentTask } from '../../test/support/agent-task.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { until } from '../../test/support/until.ts'
import { RuntimeIds } from './runtime-ids.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const id = 'ab'.repeat(32)
const { runtimeId: _, ...begun } = agentContainer()
const task = agentTask({ containers: [begun] })

const world = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-runtime-ids-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const clock = new FakeClock()
  const ids = new RuntimeIds(folder, clock)
  // https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/legacy.go
  const begin = () => writeFile(join(folder, `${task.pod.name}_${task.pod.namespace}_${begun.podName}-${id}.log`), '')
  /** Moves the clock until the promise is kept; how many milliseconds that took. */
  const kept = async (promise: Promise<void>): Promise<number> => {
    const from = clock.now()
    const done = promise.then(() => true as const)
    await until(
      'it is kept',
      async () => {
        await clock.advance(clock.untilNext ?? 0)
        return Promise.race([done, Bun.sleep(1).then(() => false as const)])
      },
      { everyMs: 0 },
    )
    return clock.now() - from
  }
  return { clock, ids, begin, kept }
}

test('a container’s id is waited for where the kubelet has not made its link yet, though the folder was read just now', async () => {
  const { ids, begin, kept } = await world()
  await ids.refresh()
  const awaited = ids.awaited(task, begun, 900)
  await begin()
  expect(await kept(awaited)).toBeLessThan(250)
  expect(ids.of(task, begun)).toBe(id)
})

test('it is not waited for longer than is asked, and not at all where it is known', async () => {
  const { clock, ids, begin, kept } = await world()
  expect(await kept(ids.awaited(task, begun, 900))).toBe(900)
  expect(ids.of(task, begun)).toBeUndefined()
  await ids.awaited(task, { ...begun, runtimeId: id }, 900)
  await begin()
  await clock.advance(250)
  await ids.refresh()
  await ids.awaited(task, begun, 900)
  expect(clock.waiting).toBe(0)
})
