// Devices are this machine's own: /dev/null is 1:3 on every Linux.
// https://www.kernel.org/doc/html/latest/admin-guide/devices.html
import { afterEach, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentContainer, agentTask } from '../../test/support/agent-task.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { Adjuster } from './adjuster.ts'
import { KnownTasks } from './known-tasks.ts'
import type { Adjustment } from './protocol.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const plain: Adjustment = { isRequired: true, limits: [], devices: [], tmpfs: [] }

const world = async (adjustment?: Partial<Adjustment>, { isVersion2 = true } = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-adjuster-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'self'), { recursive: true })
  await writeFile(
    join(folder, 'self', 'limits'),
    'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 20000                files     \n',
  )
  if (isVersion2) await writeFile(join(folder, 'cgroup.controllers'), 'memory\n')
  const clock = new FakeClock()
  const tasks = new KnownTasks(clock)
  const task = agentTask({ containers: [agentContainer(adjustment === undefined ? {} : { adjustment: { ...plain, ...adjustment } })] })
  const adjuster = new Adjuster({ tasks, devicesDir: '/dev', cgroupDir: folder, procDir: folder })
  const change = (annotations: Record<string, string> = { 'kecs.dev/adjusted': 'required' }) =>
    adjuster.change({ pod: { ...task.pod, annotations: new Map(Object.entries(annotations)) }, container: 'app' }, 1_500)
  return { tasks, task, change, clock, told: () => tasks.accept({ is: 'listed', tasks: [task] }) }
}

test('a container is given what the control plane told, and loses what kept it from starting', async () => {
  const { change, told } = await world({
    limits: [{ type: 'RLIMIT_MEMLOCK', soft: 4096, hard: -1 }],
    tmpfs: [{ path: '/run', options: ['size=8m'] }],
    maxSwap: 1_048_576,
  })
  told()
  expect(await change()).toEqual({
    limits: [{ type: 'RLIMIT_MEMLOCK', soft: 4096n, hard: 18_446_744_073_709_551_615n }],
    mounts: [{ destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['size=8m'] }],
    withoutMounts: ['/proc/kecs-agent-is-away'],
    devices: [],
    deviceRules: [],
    cgroup: new Map([['memory.swap.max', '1048576']]),
  })
})

test('what nobody asked for is as much of it as the node has', async () => {
  const limits = [{ type: 'RLIMIT_NOFILE', soft: 65_535, hard: 65_535, isDefault: true as const }]
  const { change, told } = await world({ isRequired: false, limits })
  told()
  const changed = await change({ 'kecs.dev/adjusted': 'default' })
  expect([changed?.limits, changed?.withoutMounts]).toEqual([[{ type: 'RLIMIT_NOFILE', soft: 20_000n, hard: 20_000n }], []])
})

test('devices are known by their numbers and may be used as is asked', async () => {
  const devices = [
    { hostPath: '/dev/null', containerPath: '/dev/nothing', access: 'rwm' },
    { hostPath: '/dev/full', containerPath: '/dev/full', access: 'r' },
  ]
  const { change, told } = await world({ devices })
  told()
  const changed = await change()
  expect(changed?.devices).toMatchObject([
    { path: '/dev/nothing', type: 'c', major: 1, minor: 3, mode: 0o666, uid: 0, gid: 0 },
    { path: '/dev/full', type: 'c', major: 1, minor: 7 },
  ])
  expect(changed?.deviceRules).toEqual([
    { type: 'c', major: 1, minor: 3, isAllowed: true, access: 'rwm' },
    { type: 'c', major: 1, minor: 7, isAllowed: true, access: 'r' },
    { type: 'c', major: 1, minor: 7, isAllowed: false, access: 'wm' },
  ])
})

test('a device that is none, or is outside of /dev, is refused in Docker’s words', async () => {
  for (const [hostPath, why] of [
    ['/dev/kecs-none', 'no such file or directory'],
    ['/dev/shm', 'not a device node'],
    ['/dev/../etc/passwd', 'not a device node'],
    ['/etc/passwd', 'not a device node'],
  ] as const) {
    const { change, told } = await world({ devices: [{ hostPath, containerPath: '/dev/x', access: 'rwm' }] })
    told()
    expect(change()).rejects.toThrow(`error gathering device information while adding custom device "${hostPath}": ${why}`)
  }
})

test('swap is of control groups of version 2', async () => {
  const some = await world({ maxSwap: 1 }, { isVersion2: false })
  some.told()
  expect(some.change()).rejects.toThrow('linuxParameters.maxSwap needs a node with control groups of version 2')
  const none = await world({ maxSwap: 0 }, { isVersion2: false })
  none.told()
  expect((await none.change())?.cgroup).toEqual(new Map())
})

test('a pod that says nothing is let be at once, and one that asks without being a task’s is given nothing', async () => {
  const { change, clock, tasks } = await world({})
  expect(await change({})).toBeUndefined()
  tasks.accept({ is: 'listed', tasks: [] })
  const asked = Promise.allSettled([change({ 'kecs.dev/adjusted': 'default' }), change()])
  await clock.advance(1_500)
  const [byDefault, required] = await asked
  expect(byDefault).toEqual({ status: 'fulfilled', value: undefined })
  expect(required).toMatchObject({ status: 'rejected', reason: new Error('kecs: the agent was not told of this task yet') })
})

test('a task that is told of a moment later is waited for', async () => {
  const { change, told } = await world({ tmpfs: [{ path: '/run', options: [] }] })
  const asked = change()
  told()
  expect((await asked)?.mounts).toHaveLength(1)
})
