// Deployments that shift traffic, under whatever happens: what a rule forwards to is always whole and always able to serve.
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { ServiceWorld, crashing, healthy, unpullable } from '../../test/support/service-world.ts'
import { blueGroup, loadBalancers, productionRule, putRules, testRule } from '../../test/support/shifting-world.ts'
import { boundsOf } from '../domain/services/bounds.ts'
import { isOngoing } from '../domain/services/records.ts'
import { longestReturnMs } from '../domain/services/stages.ts'
import { registeredLoadBalancers } from '../domain/services/traffic.ts'
import { rules } from '../store/elbv2-tables.ts'
import type { Journal } from '../store/journal.ts'
import { readForward } from '../store/rule-forwards.ts'
import { serviceDeployments, serviceRevisions } from '../store/service-tables.ts'
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

const isReady = ({ task, hasBeenReady }: TaskRow): boolean =>
  task.desiredStatus === 'RUNNING' && task.lastStatus === 'RUNNING' && hasBeenReady === true

type Weights = ReadonlyMap<string, number>
const weightsOf = (world: ServiceWorld, rule: string): Weights =>
  new Map((readForward(world.store, rule)?.groups ?? []).map(({ targetGroupArn, weight }) => [targetGroupArn, weight]))

/** Watches every commit for weights that do not sum up, and for traffic that is sent where nothing serves. */
class Guard {
  readonly offences: string[] = []
  readonly #world: ServiceWorld
  readonly #before = new Map<string, Weights>()
  /** Whether the disk, not the scheduler, changes what is written: what it refused is undone. */
  isUndoing: () => boolean = () => false

  constructor(world: ServiceWorld) {
    this.#world = world
    world.store.watch(changes => {
      for (const rule of [productionRule, testRule]) {
        if (changes.some(({ table, key }) => table === rules.name && key === rule)) this.#check(rule)
      }
    })
  }

  #check(rule: string): void {
    const after = weightsOf(this.#world, rule)
    const before = this.#before.get(rule) ?? new Map([[blueGroup, 100]])
    this.#before.set(rule, after)
    const sum = [...after.values()].reduce((one, other) => one + other, 0)
    if (sum !== 100 && sum !== 1000) this.offences.push(`weights of ${sum}`)
    if (this.isUndoing()) return
    for (const [group, weight] of after) {
      if (share(after, group) > share(before, group) && weight > 0) this.#checkReady(group)
    }
  }

  #checkReady(group: string): void {
    const { service, deployments } = this.#world.service
    const { progress } = this.#world.serviceDeployment
    // What cannot become ready gets its traffic back after a while: it is what there is.
    if (progress !== undefined && this.#world.clock.now() - progress.since >= longestReturnMs) return
    const { lower } = boundsOf(service.desiredCount, 'REPLICA', service.deploymentConfiguration)
    const ids = deployments.flatMap(({ id, serviceRevisionArn }) => {
      const row = this.#world.store.table(serviceRevisions).get(serviceRevisionArn)
      return row !== undefined && registeredLoadBalancers(row.revision)[0]?.targetGroupArn === group ? [id] : []
    })
    const ready = this.#world.tasks.filter(row => isReady(row) && ids.includes(row.task.startedBy ?? '')).length
    if (ready < lower) this.offences.push(`traffic to ${ready} ready tasks where ${lower} are needed`)
  }
}

const share = (weights: Weights, group: string): number =>
  (weights.get(group) ?? 0) /
  Math.max(
    1,
    [...weights.values()].reduce((one, other) => one + other, 0),
  )

const ailing = {
  healthCheck: { command: ['CMD', 'true'], interval: 5, timeout: 2, retries: 1, startPeriod: 0 },
  dockerLabels: { 'kecs.dev/simulate-healthy-after': 'never' },
}
const dying = { dockerLabels: { 'kecs.dev/simulate-exit-after': '90' } }
const containers = { healthy, crashing, unpullable, ailing, dying }

const pausing = {
  targetType: 'PAUSE' as const,
  lifecycleStages: ['RECONCILE_SERVICE', 'PRE_SCALE_UP', 'POST_SCALE_UP'] as const,
  timeoutConfiguration: { timeoutInMinutes: 1, action: 'CONTINUE' as const },
}
const strategy = fc.constantFrom(
  { strategy: 'BLUE_GREEN' as const, bakeTimeInMinutes: 2 },
  { strategy: 'LINEAR' as const, linearConfiguration: { stepPercent: 33.3, stepBakeTimeInMinutes: 1 } },
  { strategy: 'CANARY' as const, canaryConfiguration: { canaryPercent: 0.5, canaryBakeTimeInMinutes: 1 }, bakeTimeInMinutes: 1 },
  { strategy: 'ROLLING' as const },
  { strategy: 'ROLLING' as const, lifecycleHooks: [pausing] },
)
const act = fc.oneof(
  fc.record({
    act: fc.constant('deploy' as const),
    container: fc.constantFrom('healthy', 'healthy', 'crashing', 'unpullable', 'ailing', 'dying'),
    strategy,
  }),
  fc.record({ act: fc.constant('scale' as const), desiredCount: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ act: fc.constant('stop a task' as const), which: fc.nat(20) }),
  fc.record({ act: fc.constant('restart' as const) }),
  fc.record({ act: fc.constant('request' as const), status: fc.constantFrom('STOP_REQUESTED', 'ROLLBACK_REQUESTED') }),
)
const step = fc.record({ act, thenMs: fc.constantFrom(0, 1, 60, 3_010, 20_000, 61_000, 125_000) })
const scenario = fc.record({
  desiredCount: fc.integer({ min: 0, max: 4 }),
  minimumHealthyPercent: fc.constantFrom(0, 50, 100),
  steps: fc.array(step, { maxLength: 8 }),
  failingCalls: fc.array(fc.constantFrom(undefined, undefined, 'before' as const, 'after' as const), { maxLength: 20 }),
  failingWrites: fc.array(fc.boolean(), { maxLength: 20 }),
  last: fc.record({
    container: fc.constantFrom('healthy' as const, 'crashing' as const, 'unpullable' as const, 'ailing' as const),
    strategy,
  }),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never

/** What completed had no task, and what takes its place is taken the place of in its bake time. */
const baking = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 2 } as const
const superseded: Scenario = {
  desiredCount: 0,
  minimumHealthyPercent: 100,
  steps: [
    { act: { act: 'scale', desiredCount: 1 }, thenMs: 0 },
    { act: { act: 'deploy', container: 'healthy', strategy: { strategy: 'ROLLING' } }, thenMs: 0 },
    { act: { act: 'deploy', container: 'healthy', strategy: baking }, thenMs: 20_000 },
  ],
  failingCalls: [],
  failingWrites: [],
  last: { container: 'healthy', strategy: baking },
}

const play = async ({ desiredCount, minimumHealthyPercent, steps, failingCalls, failingWrites, last }: Scenario) => {
  const journal = new FlakyJournal()
  const world = new ServiceWorld({ journal })
  const definitions = {
    healthy: world.register(),
    crashing: world.register(containers.crashing),
    unpullable: world.register(containers.unpullable),
    ailing: world.register(containers.ailing),
    dying: world.register(containers.dying),
  }
  await putRules(world)
  const shared = { minimumHealthyPercent, maximumPercent: 200, deploymentCircuitBreaker: { enable: true, rollback: true } }
  await world.create(definitions.healthy, { desiredCount, loadBalancers, deploymentConfiguration: { ...shared, strategy: 'BLUE_GREEN' } })
  let control = world.control()
  control.begin()
  const wake = (): void => control.controller.wake('service', world.arn)
  wake()
  await world.clock.until(() => !isOngoing(world.serviceDeployment), 60 * minute)
  const guard = new Guard(world)
  world.runtime.fails = call => failingCalls[call]
  let write = 0
  let hasFailed = false
  journal.fails = () => {
    const fails = failingWrites[write++] === true
    hasFailed ||= fails
    return fails
  }
  guard.isUndoing = () => hasFailed && write <= failingWrites.length + 1

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
      const deploymentConfiguration = { ...shared, ...each.strategy }
      return insist(() => world.deploy(definitions[each.container], { deploymentConfiguration }))
    }
    if (each.act === 'scale') return insist(() => world.update({ desiredCount: each.desiredCount }))
    if (each.act === 'request') {
      const mayStop = isOngoing(world.serviceDeployment) && world.serviceDeployment.serviceDeployment.lifecycleStage !== 'CLEAN_UP'
      return mayStop ? insist(() => world.requestStop(each.status)) : undefined
    }
    if (each.act === 'restart') {
      await control.stop()
      control = world.control()
      return control.begin()
    }
    const running = world.tasks.filter(({ task }) => task.desiredStatus === 'RUNNING' && task.lastStatus !== 'STOPPED')
    const chosen = running[each.which % Math.max(1, running.length)]
    if (chosen === undefined) return undefined
    await insist(async () => {
      const now = world.store.table(tasks).get(chosen.task.taskArn)
      if (now === undefined || now.task.desiredStatus === 'STOPPED') return
      const task = { ...now.task, desiredStatus: 'STOPPED', stopCode: 'UserInitiated' as const, stoppedReason: 'test' }
      await world.store.commit(transaction => transaction.put(tasks, { ...now, task }))
    })
    return control.controller.wake('task', chosen.task.taskArn)
  }
  for (const { act: each, thenMs } of steps) {
    await perform(each)
    await world.clock.advance(thenMs)
  }
  world.runtime.fails = () => undefined
  journal.fails = () => false
  await insist(() => world.update({ desiredCount: Math.max(1, world.service.service.desiredCount) }))
  await insist(() => world.deploy(definitions[last.container], { deploymentConfiguration: { ...shared, ...last.strategy } }))
  await world.clock.until(() => !isOngoing(world.serviceDeployment), 600 * minute)
  await world.clock.advance(minute)
  return { world, guard, control }
}

test('whatever happens, traffic goes where tasks are ready, and a deployment succeeds or is rolled back', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async input => {
      const { world, guard, control } = await play(input)
      expect(guard.offences).toEqual([])
      const { status } = world.serviceDeployment.serviceDeployment
      const [primary, ...others] = world.service.deployments
      if (input.last.container === 'healthy') {
        expect(status).toBe('SUCCESSFUL')
        const revision = world.store.table(serviceRevisions).get(primary?.serviceRevisionArn ?? '')?.revision
        const group = revision === undefined ? undefined : registeredLoadBalancers(revision)[0]?.targetGroupArn
        // All of the traffic goes to those that are left.
        expect(share(weightsOf(world, productionRule), group ?? '')).toBe(1)
        expect(others).toEqual([])
      } else {
        expect(['ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED']).toContain(status)
      }
      expect([...world.store.table(serviceDeployments).by('service', world.arn)].filter(isOngoing)).toEqual([])
      await control.stop()
    }),
    { numRuns: 40, examples: [[superseded]] },
  )
}, 120_000)
