// The control plane moved out of the cluster and back, while a service behind load balancers serves and clients write: as
// it should go, and with something that goes wrong, and with a kill, in each step of each way.
//
//   KECS_MIGRATION_FAULTS=all also before, during and after every call of every step: half an hour
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { runningProcess } from '../../cli/cluster/control-process.ts'
import { requireInstance } from '../../cli/instance.ts'
import type { Side, Sides } from '../../cli/legacy/migration.ts'
import type { FaultyMigration, MigrationFault } from '../support/faulty-migration.ts'
import { execute, instance, type TestInstance } from '../support/instance.ts'
import { migratedService, type MigratedService } from '../support/migrated-service.ts'
import { withRefusal } from '../support/refused-write.ts'
import { until } from '../support/until.ts'

let kecs: TestInstance
let service: MigratedService

beforeAll(async () => {
  kecs = await instance()
  service = await migratedService(kecs)
}, 600_000)
afterAll(() => service?.close(), 300_000)

test('to this machine and back: it serves, scales and starts tasks from either side', async () => {
  const { web, migrate, side } = service
  await service.underLoad(async () => {
    await migrate('legacy')
    expect(await side()).toBe('legacy')
    await until('targets are checked from here', async () => (await web.healthy()) === 2)
  })
  await web.update({ desiredCount: 3 })
  await until('three targets are healthy', async () => (await web.healthy()) === 3)
  await service.underLoad(async () => {
    await migrate('in-cluster')
    expect(await side()).toBe('in-cluster')
    await until('targets are checked from there', async () => (await web.healthy()) === 3)
  }, 3)
  await web.update({ desiredCount: 2 })
  await until('two are left', async () => (await service.taskPods()).length === 2)
}, 300_000)

const program = join(import.meta.dir, '../../dist/kecs')

/** A migration with a fault at one of its calls: what it said at its end, or 'killed'. */
const faulty = async (to: Side, fault: MigrationFault): Promise<string> => {
  const { version } = await Bun.file(join(kecs.home, kecs.name, 'instance.json')).json()
  const asked: FaultyMigration = { home: kecs.home, name: kecs.name, to, program, ...fault }
  const script = join(import.meta.dir, '../support/faulty-migration.ts')
  // What it starts is of the version that `kecs migrate` goes on with.
  const command = [process.execPath, '--define', `KECS_VERSION=${JSON.stringify(version)}`, script, JSON.stringify(asked)]
  const { code, stdout, stderr } = await execute(command, { timeoutMs: 240_000 })
  if (code === 0) return stdout.trim()
  expect(stderr).toBe('')
  return 'killed'
}

/** `kecs migrate` itself, with something in its way: what it said at its end. */
const hindered = async (to: Side, env: Record<string, string> = {}): Promise<string> => {
  const { code, stderr } = await service.migrate(to, { check: false, env })
  return code === 0 ? 'moved' : stderr
}

/** The control planes that there are, in the cluster and on this machine. */
const running = async (): Promise<readonly string[]> => {
  const pods = await kecs.kubectl('get', 'pods', '-n', 'kecs-system', '-l', 'kecs.dev/component=control-plane', '-o', 'name')
  const here = await runningProcess(await requireInstance(kecs.home, kecs.name), new AbortController().signal)
  return [...pods.split('\n').filter(line => line !== ''), ...(here === undefined ? [] : [`process ${here.pid}`])]
}

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'kecs-control-plane' } as const
const endpoints = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', name: 'kecs-control-plane-host' } as const

/** What goes wrong in each step, by the real cause where there is one that this test can bring about. */
const wrong: Readonly<Record<Side, Readonly<Record<string, () => Promise<string>>>>> = {
  legacy: {
    'hand over': () => withRefusal(kecs, 'DELETE', deployment, () => hindered('legacy')),
    // Its process cannot unpack DuckDB, which the command itself never needs.
    start: () => hindered('legacy', { KECS_LIB_DIR: '/dev/null/lib' }),
    verify: () => faulty('legacy', { call: 'taken', when: 'before', how: 'side lost' }),
    gateway: () => withRefusal(kecs, 'CREATE', endpoints, () => hindered('legacy')),
  },
  'in-cluster': {
    'hand over': () => withRefusal(kecs, 'DELETE', endpoints, () => hindered('in-cluster')),
    start: () => withRefusal(kecs, 'CREATE', deployment, () => hindered('in-cluster')),
    verify: () => faulty('in-cluster', { call: 'taken', when: 'before', how: 'side lost' }),
    gateway: () => faulty('in-cluster', { call: 'lead', when: 'before', how: 'fails' }),
  },
}

/** Where it is killed: in full swing where a call takes its time. */
const kills: Readonly<Record<string, MigrationFault>> = {
  'hand over': { call: 'end', when: 'during', how: 'killed' },
  start: { call: 'start', when: 'during', how: 'killed' },
  verify: { call: 'taken', when: 'before', how: 'killed' },
  gateway: { call: 'lead', when: 'before', how: 'killed' },
}

const other = { legacy: 'in-cluster', 'in-cluster': 'legacy' } as const
// In turns, so that each begins where the one before ended.
const steps = Object.keys(kills).flatMap(step => (['legacy', 'in-cluster'] as const).map(to => [to, step] as const))

const expectNotMoved = async (to: Side, said: string | undefined): Promise<void> => {
  expect(said).toContain('was not moved')
  expect(await service.side()).toBe(other[to])
  expect(await running()).toHaveLength(1)
}
const expectGoesOn = async (to: Side, said: string): Promise<void> => {
  expect(said).toBe('killed')
  expect((await running()).slice(1)).toEqual([])
  await service.migrate(undefined)
  expect(await service.side()).toBe(to)
  expect(await running()).toHaveLength(1)
}

test.each(steps)(
  'to %s, what goes wrong in the step %s: the old side goes on; killed there: the next run goes on',
  async (to, step) => {
    const fault = kills[step]
    if (fault === undefined) throw new Error(`no kill in ${step}`)
    await service.underLoad(async () => {
      await expectNotMoved(to, await wrong[to][step]?.())
      await expectGoesOn(to, await faulty(to, fault))
    })
  },
  300_000,
)

const calls: readonly (keyof Sides)[] = ['isRunning', 'hold', 'end', 'remember', 'start', 'taken', 'lead']
const everywhere = calls.flatMap(call => (['before', 'during', 'after'] as const).map(when => [when, call] as const))

describe.skipIf(process.env['KECS_MIGRATION_FAULTS'] !== 'all').each(everywhere)('%s %s, in both ways', (when, call) => {
  test.each(['legacy', 'in-cluster'] as const)(
    'to %s',
    async to => {
      if (when !== 'during') await service.underLoad(async () => expectNotMoved(to, await faulty(to, { call, when, how: 'fails' })))
      await service.underLoad(async () => {
        const said = await faulty(to, { call, when, how: 'killed' })
        // A call may have been over sooner.
        if (when === 'during' && said === 'moved') return
        await expectGoesOn(to, said)
      })
    },
    480_000,
  )
})
