// No request is dropped: whatever fails, restarts or is asked for, no task is stopped while requests may still come to it.
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { balanced, groupArn, putGroup, registerListening, targetsOf } from '../../test/support/balanced-world.ts'
import { LaggingGateway } from '../../test/support/lagging-gateway.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import { boundsOf } from '../domain/services/bounds.ts'
import { isOngoing } from '../domain/services/records.ts'
import { targetHealth, targetKey, targets } from '../store/elbv2-tables.ts'
import type { Journal } from '../store/journal.ts'
import { type TaskRow, tasks } from '../store/tables.ts'

const minute = 60_000

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

const containers = {
  well: {},
  late: { dockerLabels: { 'kecs.dev/simulate-listens-after': '4' } },
  slow: { dockerLabels: { 'kecs.dev/simulate-start-delay': '7' } },
  ill: { dockerLabels: { 'kecs.dev/simulate-answer': '500' } },
  failing: { dockerLabels: { 'kecs.dev/simulate-answer': 'timeout', 'kecs.dev/simulate-answer-after': '25' } },
  crashing: { command: ['sleep', '5'] },
}
type Kind = keyof typeof containers

const isHealthy = (world: ServiceWorld, arn: string): boolean =>
  targetsOf(world).some(
    row =>
      row.taskArn === arn &&
      row.drainingUntil === undefined &&
      world.store.table(targetHealth).get(targetKey(row.targetGroupArn, row.target))?.state === 'healthy',
  )

/** Watches for what must never be. */
class Guard {
  readonly offences: string[] = []

  constructor(world: ServiceWorld, gateway: LaggingGateway) {
    const rowOf = (taskId: string): TaskRow | undefined => world.tasks.find(row => row.taskId === taskId)
    world.runtime.onCall = call => {
      const row = rowOf(/^stop ([0-9a-f]{32})$/.exec(call)?.[1] ?? '')
      if (row === undefined) return
      const { taskArn } = row.task
      const observation = world.runtime.observe({ taskArn, taskId: row.taskId, namespace: row.namespace })
      const isServing = observation?.containers.every(({ state }) => state.is === 'running') ?? false
      if (isServing && gateway.reached.has(taskArn)) this.offences.push('a task was stopped that requests may still come to')
      const drainsUntil = row.loadBalancers?.[0]?.deregistered?.drainsUntil ?? 0
      if (isServing && drainsUntil > world.clock.now()) this.offences.push('a task was stopped before its delay was over')
    }
    world.store.watch(changes => {
      const stopped = changes.filter(({ table, key }) => table === tasks.name && this.#isScaledInNow(world, key))
      if (stopped.length === 0 || world.service.service.status !== 'ACTIVE') return
      const { desiredCount, deploymentConfiguration } = world.service.service
      const { lower } = boundsOf(desiredCount, 'REPLICA', deploymentConfiguration)
      const wasHealthy = stopped.some(({ key }) => isHealthy(world, key))
      const left = world.tasks.filter(
        row => row.task.desiredStatus === 'RUNNING' && row.task.lastStatus === 'RUNNING' && isHealthy(world, row.task.taskArn),
      )
      if (wasHealthy && left.length < lower) this.offences.push(`${left.length} healthy targets are left where ${lower} are needed`)
    })
    world.store.watch(() => {
      const keys = [...world.store.table(targets).by('targetGroup', groupArn('blue'))].map(({ target }) => `${target.Id}:${target.Port}`)
      if (new Set(keys).size !== keys.length) this.offences.push('a target is registered twice')
    })
  }

  #isScaledInNow(world: ServiceWorld, key: string): boolean {
    const task = world.store.table(tasks).get(key)?.task
    const isFresh = task?.stoppingAt !== undefined && task.stoppingAt * 1000 === world.clock.now()
    return isFresh && task.lastStatus === 'RUNNING' && task.stoppedReason?.startsWith('Scaling activity') === true
  }
}

const act = fc.oneof(
  fc.record({
    act: fc.constant('deploy' as const),
    kind: fc.constantFrom<Kind>('well', 'well', 'late', 'slow', 'ill', 'failing', 'crashing'),
  }),
  fc.record({ act: fc.constant('scale' as const), desiredCount: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ act: fc.constant('stop a task' as const), which: fc.nat(20) }),
  fc.record({ act: fc.constant('restart' as const) }),
)
const scenario = fc.record({
  desiredCount: fc.integer({ min: 1, max: 5 }),
  minimumHealthyPercent: fc.constantFrom(0, 50, 75, 100),
  maximumPercent: fc.constantFrom(125, 150, 200),
  delay: fc.constantFrom('0', '1', '30'),
  lags: fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 5 }),
  steps: fc.array(fc.record({ act, thenMs: fc.constantFrom(0, 1, 30, 60, 500, 3_010, 12_000, 40_000) }), { maxLength: 8 }),
  failingCalls: fc.array(fc.constantFrom(undefined, undefined, 'before' as const, 'after' as const), { maxLength: 30 }),
  failingWrites: fc.array(fc.boolean(), { maxLength: 20 }),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never

const play = async (input: Scenario) => {
  const journal = new FlakyJournal()
  let lag = 0
  const made: LaggingGateway[] = []
  const world = new ServiceWorld({
    journal,
    gateway: clock => {
      const gateway = new LaggingGateway(clock, () => input.lags[lag++ % input.lags.length] ?? 1)
      made.push(gateway)
      return gateway
    },
  })
  const [gateway] = made
  if (gateway === undefined) throw new Error('no gateway')
  gateway.follow(world.store)
  await putGroup(world, 'blue', { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2 }, { delay: input.delay })
  const definitions = new Map(Object.entries(containers).map(([kind, container]) => [kind, registerListening(world, container)]))
  const definition = (kind: Kind): string => definitions.get(kind) ?? ''
  const { desiredCount, minimumHealthyPercent, maximumPercent } = input
  const deploymentConfiguration = {
    minimumHealthyPercent,
    maximumPercent,
    deploymentCircuitBreaker: { enable: true, rollback: true },
  }
  await world.create(definition('well'), { desiredCount, deploymentConfiguration, ...balanced('blue') })
  const guard = new Guard(world, gateway)
  world.runtime.fails = call => input.failingCalls[call]
  let write = 0
  journal.fails = () => input.failingWrites[write++] === true
  let control = world.control()
  control.begin()
  const insist = async (change: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        await change()
        return control.controller.wake('service', world.arn)
      } catch {
        await world.clock.advance(1)
      }
    }
  }
  const perform = async (each: Scenario['steps'][number]['act']): Promise<void> => {
    if (each.act === 'deploy') return insist(() => world.deploy(definition(each.kind)))
    if (each.act === 'scale') return insist(() => world.update({ desiredCount: each.desiredCount }))
    if (each.act === 'restart') {
      await control.stop()
      control = world.control()
      return control.begin()
    }
    const running = world.tasks.filter(({ task }) => task.desiredStatus === 'RUNNING')
    const chosen = running[each.which % Math.max(1, running.length)]
    if (chosen === undefined) return undefined
    await insist(async () => {
      const now = world.store.table(tasks).get(chosen.task.taskArn)
      if (now === undefined || now.task.desiredStatus !== 'RUNNING') return
      const task = { ...now.task, desiredStatus: 'STOPPED', stopCode: 'UserInitiated' as const, stoppedReason: 'test' }
      await world.store.commit(transaction => transaction.put(tasks, { ...now, task }))
    })
    return control.controller.wake('task', chosen.task.taskArn)
  }
  await world.clock.advance(5_000)
  for (const { act: each, thenMs } of input.steps) {
    await perform(each)
    await world.clock.advance(thenMs)
  }
  world.runtime.fails = () => undefined
  journal.fails = () => false
  // Bounds that let two tasks be replaced.
  await insist(() => world.update({ desiredCount: 2 }))
  await insist(() => world.configure({ minimumHealthyPercent: 50, maximumPercent: 200 }))
  await insist(() => world.deploy(definition('well')))
  await world.clock.until(() => !isOngoing(world.serviceDeployment), 600 * minute)
  await world.clock.advance(minute)
  return { world, guard, gateway, control }
}

test('whatever happens, nothing is stopped that requests may come to, and in the end exactly the tasks that run are registered', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async input => {
      const { world, guard, gateway, control } = await play(input)
      expect(guard.offences).toEqual([])
      expect(world.serviceDeployment.serviceDeployment.status).toBe('SUCCESSFUL')
      const running = world.running.map(({ task }) => task.taskArn).toSorted()
      expect(running).toHaveLength(2)
      expect(
        targetsOf(world)
          .map(({ taskArn = '' }) => taskArn)
          .toSorted(),
      ).toEqual(running)
      expect([...gateway.reached].toSorted()).toEqual(running)
      expect(world.store.table(targetHealth).size).toBe(2)
      await control.stop()
    }),
    { numRuns: 25 },
  )
}, 120_000)
