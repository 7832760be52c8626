// Services under whatever happens: calls that fail, a disk that refuses, control planes that come and go, tasks that somebody stops.
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { ServiceWorld, crashing, healthy, unpullable } from '../../test/support/service-world.ts'
import { boundsOf } from '../domain/services/bounds.ts'
import { isOngoing } from '../domain/services/records.ts'
import type { Journal } from '../store/journal.ts'
import { type ServiceRow, serviceDeployments } from '../store/service-tables.ts'
import { type TaskRow, tasks } from '../store/tables.ts'

const minute = 60_000

/** A disk that refuses what it is told to. */
class FlakyJournal implements Journal {
  fails: () => boolean = () => false
  async load() {
    return { lastRevision: 0, rows: [] }
  }
  async append(): Promise<void> {
    if (this.fails()) throw new Error('no space left on device')
  }
  async close() {}
}

const isWanted = ({ task }: TaskRow): boolean => task.desiredStatus === 'RUNNING' && task.lastStatus !== 'STOPPED'
const isReady = (row: TaskRow): boolean => isWanted(row) && row.task.lastStatus === 'RUNNING' && row.hasBeenReady === true
const isScaledIn = ({ task }: TaskRow): boolean => task.stoppedReason?.startsWith('Scaling activity') === true

/** Watches every commit for what must never be. */
class Guard {
  readonly offences: string[] = []
  #before = new Map<string, TaskRow>()

  constructor(world: ServiceWorld) {
    world.store.watch(changes => {
      if (!changes.some(({ table }) => table === tasks.name)) return
      const before = this.#before
      this.#before = new Map(world.tasks.map(row => [row.taskId, row]))
      this.#check(world.service, [...before.values()], [...this.#before.values()])
    })
  }

  #check({ service }: ServiceRow, before: readonly TaskRow[], after: readonly TaskRow[]): void {
    if (service.status !== 'ACTIVE') return
    const { lower, upper } = boundsOf(service.desiredCount, 'REPLICA', service.deploymentConfiguration)
    const known = new Map(before.map(row => [row.taskId, row]))
    const isLaunch = after.some(row => !known.has(row.taskId) && row.task.lastStatus === 'PENDING')
    const wanted = after.filter(isWanted).length
    if (isLaunch && wanted > upper) this.offences.push(`${wanted} tasks where ${upper} are allowed`)
    const stopsReady = after.some(row => {
      const former = known.get(row.taskId)
      return former !== undefined && isReady(former) && !isWanted(row) && isScaledIn(row)
    })
    const ready = after.filter(isReady).length
    if (stopsReady && ready < lower) this.offences.push(`${ready} healthy tasks where ${lower} are needed`)
    const repeated = after.filter(row => isWanted(row) && known.get(row.taskId)?.task.lastStatus === 'STOPPED')
    if (repeated.length > 0) this.offences.push('a STOPPED task lives again')
  }
}

const containers = {
  healthy,
  crashing,
  unpullable,
  slow: { dockerLabels: { 'kecs.dev/simulate-start-delay': '7' } },
  ailing: {
    healthCheck: { command: ['CMD', 'true'], interval: 5, timeout: 2, retries: 1, startPeriod: 0 },
    dockerLabels: { 'kecs.dev/simulate-healthy-after': 'never' },
  },
}
const act = fc.oneof(
  fc.record({ act: fc.constant('deploy' as const), container: fc.constantFrom('healthy', 'crashing', 'unpullable', 'slow', 'ailing') }),
  fc.record({ act: fc.constant('scale' as const), desiredCount: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ act: fc.constant('stop a task' as const), which: fc.nat(20) }),
  fc.record({ act: fc.constant('restart' as const) }),
  fc.record({ act: fc.constant('request' as const), status: fc.constantFrom('STOP_REQUESTED', 'ROLLBACK_REQUESTED') }),
)
const step = fc.record({ act, thenMs: fc.constantFrom(0, 1, 30, 60, 500, 3_010, 20_000) })
const percent = fc.record({
  minimumHealthyPercent: fc.constantFrom(0, 34, 50, 75, 100),
  maximumPercent: fc.constantFrom(100, 125, 150, 200),
})
const scenario = fc.record({
  desiredCount: fc.integer({ min: 0, max: 6 }),
  percent,
  hasBreaker: fc.boolean(),
  steps: fc.array(step, { maxLength: 7 }),
  failingCalls: fc.array(fc.constantFrom(undefined, undefined, 'before' as const, 'after' as const), { maxLength: 30 }),
  failingWrites: fc.array(fc.boolean(), { maxLength: 20 }),
  last: fc.constantFrom('healthy' as const, 'crashing' as const, 'unpullable' as const, 'ailing' as const),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never

/** Plays a scenario to its end; a last deployment follows, of which nothing fails any more but its tasks. */
const play = async ({ desiredCount, percent: percents, hasBreaker, steps, failingCalls, failingWrites, last }: Scenario) => {
  const journal = new FlakyJournal()
  const world = new ServiceWorld({ journal })
  const breaker = hasBreaker ? { deploymentCircuitBreaker: { enable: true, rollback: true } } : {}
  // Before anything fails.
  const definitions = {
    healthy: world.register(),
    crashing: world.register(containers.crashing),
    unpullable: world.register(containers.unpullable),
    slow: world.register(containers.slow),
    ailing: world.register(containers.ailing),
  }
  await world.create(definitions.healthy, { desiredCount, deploymentConfiguration: { ...percents, ...breaker } })
  const guard = new Guard(world)
  world.runtime.fails = call => failingCalls[call]
  let write = 0
  journal.fails = () => failingWrites[write++] === true
  let control = world.control()
  control.begin()

  const wake = (): void => control.controller.wake('service', world.arn)
  /** What a user's call does: it is repeated when it fails. */
  const insist = async (change: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        await change()
        return wake()
      } catch {
        await world.clock.advance(1)
      }
    }
  }
  const perform = async (each: Scenario['steps'][number]['act']): Promise<void> => {
    if (each.act === 'deploy') {
      return insist(() => world.deploy(definitions[each.container]))
    }
    if (each.act === 'scale') return insist(() => world.update({ desiredCount: each.desiredCount }))
    if (each.act === 'request') {
      return isOngoing(world.serviceDeployment) ? insist(() => world.requestStop(each.status)) : undefined
    }
    if (each.act === 'restart') {
      await control.stop()
      control = world.control()
      return control.begin()
    }
    const running = world.tasks.filter(isWanted)
    const chosen = running[each.which % Math.max(1, running.length)]
    if (chosen === undefined) return undefined
    const stopped: TaskRow = {
      ...chosen,
      task: { ...chosen.task, desiredStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'test' },
    }
    await insist(async () => {
      const now = world.store.table(tasks).get(chosen.task.taskArn)
      if (now !== undefined && isWanted(now))
        await world.store.commit(transaction => transaction.put(tasks, { ...now, task: stopped.task }))
    })
    return control.controller.wake('task', chosen.task.taskArn)
  }
  for (const { act: each, thenMs } of steps) {
    await perform(each)
    await world.clock.advance(thenMs)
  }
  world.runtime.fails = () => undefined
  journal.fails = () => false
  // Enough that there is something to fail, and bounds that let it be replaced.
  await insist(() => world.update({ desiredCount: Math.max(1, world.service.service.desiredCount) }))
  await insist(() =>
    world.configure({ minimumHealthyPercent: 50, maximumPercent: 200, deploymentCircuitBreaker: { enable: true, rollback: true } }),
  )
  await insist(() => world.deploy(definitions[last]))
  await world.clock.until(() => !isOngoing(world.serviceDeployment), 600 * minute)
  return { world, guard, control }
}

test('whatever happens, the bounds are kept, and a deployment ends as its tasks deserve', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async input => {
      const { world, guard, control } = await play(input)
      expect(guard.offences).toEqual([])
      const { status } = world.serviceDeployment.serviceDeployment
      const [primary] = world.service.deployments
      if (input.last === 'healthy') {
        expect(status).toBe('SUCCESSFUL')
        expect(primary?.rolloutState).toBe('COMPLETED')
        expect(world.running.map(({ task }) => task.startedBy)).toEqual(
          Array.from({ length: world.service.service.desiredCount }, () => primary?.id),
        )
      } else if (world.service.completedRevisionArn === undefined) {
        expect([status, primary?.rolloutState]).toEqual(['ROLLBACK_FAILED', 'FAILED'])
      } else {
        // What was completed once may have been rolled back to.
        expect(['ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED']).toContain(status)
        expect(primary?.rolloutState).toBe(status === 'ROLLBACK_SUCCESSFUL' ? 'COMPLETED' : 'FAILED')
      }
      const ongoing = [...world.store.table(serviceDeployments).by('service', world.arn)].filter(isOngoing)
      expect(ongoing).toEqual([])
      expect(world.tasks.filter(({ task }) => task.lastStatus === 'STOPPED').filter(row => row.isAccountedFor !== true)).toEqual([])
      await control.stop()
    }),
    { numRuns: 40 },
  )
}, 120_000)
