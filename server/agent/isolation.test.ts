// A node's interfaces as the kernel shows them in /sys and /proc, and a kernel that takes them away.
import { afterEach, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentTask, otherTask } from '../../test/support/agent-task.ts'
import { until } from '../../test/support/until.ts'
import { systemClock } from '../../shared/clock.ts'
import { createLog } from '../log.ts'
import { Isolation } from './isolation.ts'
import { KnownTasks } from './known-tasks.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})
const log = createLog({ logLevel: 'error' }, { write: () => undefined })
const task = agentTask({ networkMode: 'none', isIsolated: true })

const world = async (interfaces: Readonly<Record<string, readonly [index: number, peer: number]>>) => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-isolation-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const sysNetDir = join(folder, 'net')
  for (const [name, [index, peer]] of Object.entries(interfaces)) {
    await mkdir(join(sysNetDir, name), { recursive: true })
    await writeFile(join(sysNetDir, name, 'ifindex'), `${index}\n`)
    await writeFile(join(sysNetDir, name, 'iflink'), `${peer}\n`)
  }
  const removed: number[] = []
  const told: string[] = []
  let name: string | undefined
  const agent = async () => {
    const tasks = new KnownTasks(systemClock)
    const isolation = new Isolation({
      tasks,
      interfaces: { nameOf: async () => name },
      sysNetDir,
      stateDir: folder,
      clock: systemClock,
      log,
      isolated: async arns => void told.push(...arns),
      remove: index => removed.push(index) && 0,
    })
    stops.push(() => isolation.stop())
    await isolation.open()
    tasks.watch(() => isolation.look())
    return { tasks, isolation }
  }
  return { agent, removed, told, folder, found: (value: string) => (name = value) }
}

test("the pod's interface is taken away once it is found, and that is told", async () => {
  const { agent, removed, told, found } = await world({ veth1: [7, 2], lo: [1, 1] })
  const { tasks } = await agent()
  tasks.accept({ is: 'listed', tasks: [task, otherTask()] })
  expect(told).toEqual([])
  found('veth1')
  await until('it is told', () => told.length === 1, { everyMs: 10 })
  expect([removed, told]).toEqual([[7], [task.taskArn]])
})

test('an agent after another one tells it again, without an interface to find', async () => {
  const { agent, removed, told, folder, found } = await world({ veth1: [7, 2] })
  found('veth1')
  const first = await agent()
  first.tasks.accept({ is: 'listed', tasks: [task] })
  await until('it is kept', () => Bun.file(join(folder, 'isolated.json')).exists(), { everyMs: 10 })
  first.isolation.stop()
  const next = await agent()
  next.tasks.accept({ is: 'listed', tasks: [task] })
  await until('it is told', () => told.length === 2, { everyMs: 10 })
  expect(removed).toEqual([7])
  // The control plane that was told is gone.
  next.isolation.relisted()
  await until('it is told again', () => told.length === 3, { everyMs: 10 })
})

test("interfaces of the node's own are left alone", async () => {
  // A card, and a pair whose ends are both the node's.
  const { agent, removed, found } = await world({ eth0: [2, 2], one: [3, 4], two: [4, 3] })
  const { tasks } = await agent()
  for (const name of ['eth0', 'one', 'absent']) {
    found(name)
    tasks.accept({ is: 'listed', tasks: [task] })
    await Bun.sleep(250)
  }
  expect(removed).toEqual([])
})
