// Deployments that shift traffic between two target groups: blue/green, linear and canary.
import { describe, expect, test } from 'bun:test'
import type { FakeClock } from '../../test/support/fake-clock.ts'
import { LaggingGateway } from '../../test/support/lagging-gateway.ts'
import { ServiceWorld, crashing } from '../../test/support/service-world.ts'
import {
  blueGroup,
  configuration,
  greenGroup,
  loadBalancers,
  productionRule,
  putRules,
  removeRule,
  testRule,
  weightsOf,
} from '../../test/support/shifting-world.ts'
import type { DeploymentConfiguration } from '../aws/generated/ecs.ts'
import { registeredLoadBalancers } from '../domain/services/traffic.ts'
import { serviceRevisions, serviceDeployments } from '../store/service-tables.ts'

const minute = 60_000

/** A service behind two target groups whose first deployment is over. */
const shiftingService = async (more: DeploymentConfiguration, options: ConstructorParameters<typeof ServiceWorld>[0] = {}) => {
  const world = new ServiceWorld(options)
  const control = world.control()
  control.begin()
  await putRules(world)
  await world.create(world.register(), {
    desiredCount: 2,
    loadBalancers,
    deploymentConfiguration: configuration({ strategy: 'BLUE_GREEN' }),
  })
  const wake = (): void => control.controller.wake('service', world.arn)
  wake()
  await world.clock.until(() => world.isSteady, 10 * minute)
  await world.configure(configuration(more))
  return { world, control, wake }
}

const statusOf = (world: ServiceWorld): string => world.serviceDeployment.serviceDeployment.status
const stageOf = (world: ServiceWorld): string | undefined => world.serviceDeployment.serviceDeployment.lifecycleStage
const groupOf = (world: ServiceWorld, revisionArn: string): string | undefined => {
  const row = world.store.table(serviceRevisions).get(revisionArn)
  return row === undefined ? undefined : registeredLoadBalancers(row.revision)[0]?.targetGroupArn
}

/** The stages that a deployment shows, each once, with the production rule's weights when it is first shown. */
const stagesOf = (world: ServiceWorld): string[] => {
  const seen: string[] = []
  world.store.watch(changes => {
    if (!changes.some(({ table }) => table === serviceDeployments.name)) return
    const shown = `${stageOf(world) ?? ''} ${weightsOf(world)}`
    if (seen.at(-1) !== shown) seen.push(shown)
  })
  return seen
}

describe('a blue/green deployment', () => {
  test('takes the group that serves first, and the other one after it', async () => {
    const { world, wake } = await shiftingService({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 })
    expect(statusOf(world)).toBe('SUCCESSFUL')
    expect(groupOf(world, world.service.completedRevisionArn ?? '')).toBe(blueGroup)
    expect(weightsOf(world)).toBe('100/0')
    const blue = world.service.deployments[0]?.id
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => stageOf(world) === 'BAKE_TIME', minute)
    const green = world.service.deployments[0]
    expect(groupOf(world, green?.serviceRevisionArn ?? '')).toBe(greenGroup)
    expect([weightsOf(world), weightsOf(world, testRule)]).toEqual(['0/100', '0/100'])
    // Both are whole while it bakes.
    expect(world.running.filter(({ task }) => task.startedBy === blue)).toHaveLength(2)
    expect(world.running.filter(({ task }) => task.startedBy === green?.id)).toHaveLength(2)
    expect(world.service.deployments.map(({ status, desiredCount }) => [status, desiredCount])).toEqual([
      ['PRIMARY', 2],
      ['ACTIVE', 2],
    ])
    const baked = world.clock.now() + 5 * minute
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', 10 * minute)
    expect(world.clock.now()).toBeGreaterThanOrEqual(baked)
    expect(world.running.map(({ task }) => task.startedBy)).toEqual([green?.id, green?.id])
    expect(world.service.completedRevisionArn).toBe(green?.serviceRevisionArn)
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', 10 * minute)
    expect(weightsOf(world)).toBe('100/0')
  })

  test('is rolled back before and during bake time with all that served', async () => {
    for (const stage of ['SCALE_UP', 'BAKE_TIME']) {
      const { world, wake } = await shiftingService({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 30 })
      const blue = world.service.deployments[0]?.id
      const served = world.running.map(({ taskId }) => taskId).sort()
      await world.deploy(world.register())
      wake()
      await world.clock.until(() => stageOf(world) === stage, minute)
      await world.requestStop('ROLLBACK_REQUESTED')
      wake()
      await world.clock.until(() => statusOf(world) === 'ROLLBACK_SUCCESSFUL', 5 * minute)
      expect([weightsOf(world), weightsOf(world, testRule)]).toEqual(['100/0', '100/0'])
      expect(world.service.deployments).toMatchObject([{ id: blue, status: 'PRIMARY', rolloutState: 'COMPLETED' }])
      expect(world.running.map(({ taskId }) => taskId).sort()).toEqual(served)
    }
  })

  test('is past a shift when the gateway sends requests there, on the way back too', async () => {
    const lagMs = 7_000
    const gateways: LaggingGateway[] = []
    const gateway = (clock: FakeClock): LaggingGateway => {
      const made = new LaggingGateway(clock, () => lagMs)
      gateways.push(made)
      return made
    }
    const { world, wake } = await shiftingService({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 }, { gateway })
    const weights = (): string => `${weightsOf(world)} ${weightsOf(world, testRule)}`
    let inForce = weights()
    gateways[0]?.follow(world.store)
    gateways[0]?.watch(() => (inForce = weights()))
    const shown: string[] = []
    world.store.watch(changes => {
      if (!changes.some(({ table }) => table === serviceDeployments.name)) return
      const stage = `${stageOf(world) ?? ''} ${inForce}`
      if (shown.at(-1) !== stage) shown.push(stage)
    })
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => stageOf(world) === 'BAKE_TIME', minute)
    // Production and test traffic as the gateway has them when a stage is shown first; stages without anything to do are not.
    expect(shown.slice(-3)).toEqual(['TEST_TRAFFIC_SHIFT 100/0 100/0', 'PRODUCTION_TRAFFIC_SHIFT 100/0 0/100', 'BAKE_TIME 0/100 0/100'])
    await world.requestStop('ROLLBACK_REQUESTED')
    wake()
    await world.clock.until(() => statusOf(world) === 'ROLLBACK_SUCCESSFUL', minute)
    expect(shown.filter(stage => stage.startsWith('CLEAN_UP'))).toEqual(['CLEAN_UP 100/0 100/0'])
  })

  test('in steps that follow each other at once has the gateway follow each', async () => {
    const gateways: LaggingGateway[] = []
    const gateway = (clock: FakeClock): LaggingGateway => {
      const made = new LaggingGateway(clock, () => 3_000)
      gateways.push(made)
      return made
    }
    const linear = { stepPercent: 34, stepBakeTimeInMinutes: 0 }
    const { world, wake } = await shiftingService({ strategy: 'LINEAR', linearConfiguration: linear }, { gateway })
    const inForce: string[] = []
    gateways[0]?.follow(world.store)
    gateways[0]?.watch(() => void (inForce.at(-1) === weightsOf(world) || inForce.push(weightsOf(world))))
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', minute)
    expect(inForce).toEqual(['100/0', '66/34', '32/68', '0/100'])
  })

  test('goes on after a minute though the gateway tells nothing', async () => {
    let isHeld = false
    const { world, wake } = await shiftingService({ strategy: 'BLUE_GREEN' }, { signals: { inForceUntil: () => (isHeld ? 0 : Infinity) } })
    isHeld = true
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => stageOf(world) === 'TEST_TRAFFIC_SHIFT', minute)
    const since = world.clock.now()
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', 10 * minute)
    // Once for each of the two shifts.
    expect(world.clock.now() - since).toBeGreaterThanOrEqual(2 * minute)
    expect(world.clock.now() - since).toBeLessThan(3 * minute)
  })

  test('of tasks that crash never gets traffic', async () => {
    const { world, wake } = await shiftingService({
      strategy: 'BLUE_GREEN',
      deploymentCircuitBreaker: { enable: true, rollback: true },
    })
    const seen = stagesOf(world)
    await world.deploy(world.register(crashing))
    wake()
    await world.clock.until(() => statusOf(world) === 'ROLLBACK_SUCCESSFUL', 10 * minute)
    expect(seen.every(each => each.endsWith(' 100/0'))).toBe(true)
    expect(world.serviceDeployment.serviceDeployment.statusReason).toBe(
      'Service deployment rolled back because the circuit breaker threshold was exceeded.',
    )
  })

  test('has nothing to be rolled back to when it is the first', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    await world.create(world.register(), { desiredCount: 1, loadBalancers, deploymentConfiguration: { strategy: 'BLUE_GREEN' } })
    control.controller.wake('service', world.arn)
    await world.clock.until(() => statusOf(world) === 'ROLLBACK_FAILED', minute)
    expect(world.serviceDeployment.serviceDeployment.statusReason).toBe('No rollback candidate was found to run the rollback.')
    expect(world.events).toContain(
      '(service web) (deployment D) deployment failed: Service deployment rolled back because of invalid networking configuration. One or more rules not found.',
    )
  })

  test('that is stopped where it is leaves the traffic; the next one puts it in order', async () => {
    const { world, wake } = await shiftingService({
      strategy: 'LINEAR',
      linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 10 },
    })
    const blue = world.service.deployments[0]?.id
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => weightsOf(world) === '50/50', 30 * minute)
    await world.requestStop('STOP_REQUESTED')
    wake()
    await world.clock.until(() => statusOf(world) === 'STOPPED', minute)
    await world.clock.advance(60 * minute)
    expect(weightsOf(world)).toBe('50/50')
    expect(world.running).toHaveLength(4)
    const seen = stagesOf(world)
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => weightsOf(world) === '75/25', 10 * minute)
    expect(seen.slice(1, 4)).toEqual(['RECONCILE_SERVICE 100/0', 'PRE_SCALE_UP 100/0', 'SCALE_UP 100/0'])
    expect(world.running.filter(({ task }) => task.startedBy === blue)).toHaveLength(2)
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', 60 * minute)
    expect(weightsOf(world)).toBe('0/100')
    expect(world.running).toHaveLength(2)
  })

  test('fails where its rule is gone', async () => {
    const { world, wake } = await shiftingService({ strategy: 'BLUE_GREEN' })
    await removeRule(world, productionRule)
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => statusOf(world) === 'ROLLBACK_SUCCESSFUL', minute)
    expect(world.running).toHaveLength(2)
  })

  test('without load balancers goes through the same stages', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    await world.create(world.register(), { desiredCount: 2, deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 } })
    control.controller.wake('service', world.arn)
    await world.clock.until(() => world.isSteady, 10 * minute)
    await world.deploy(world.register())
    control.controller.wake('service', world.arn)
    await world.clock.until(() => stageOf(world) === 'BAKE_TIME', minute)
    expect(world.running).toHaveLength(4)
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', 10 * minute)
    expect(world.running).toHaveLength(2)
  })
})

test.each<[DeploymentConfiguration, readonly string[], number]>([
  [{ strategy: 'CANARY', canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 10 } }, ['100/0', '95/5', '0/100'], 10],
  [{ strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0.1 } }, ['100/0', '999/1', '0/100'], 10],
  [
    { strategy: 'LINEAR', linearConfiguration: { stepPercent: 33.3, stepBakeTimeInMinutes: 1 } },
    ['100/0', '667/333', '334/666', '1/999', '0/100'],
    3,
  ],
  [
    { strategy: 'LINEAR', linearConfiguration: { stepPercent: 20 } },
    ['100/0', '80/20', '60/40', '40/60', '20/80', '0/100'],
    // AWS's default between steps is six minutes; none after the last.
    24,
  ],
])('%j shifts traffic in its steps', async (more, weights, minutes) => {
  const { world, wake } = await shiftingService(more)
  const seen = [weightsOf(world)]
  const times: number[] = []
  world.store.watch(() => {
    if (seen.at(-1) === weightsOf(world)) return
    seen.push(weightsOf(world))
    times.push(world.clock.now())
  })
  await world.deploy(world.register())
  wake()
  await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', 120 * minute)
  expect(seen).toEqual([...weights])
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(minutes * minute)
})

describe('a pause hook', () => {
  const pausing = (action?: 'CONTINUE' | 'ROLLBACK'): DeploymentConfiguration => ({
    strategy: 'BLUE_GREEN',
    lifecycleHooks: [
      {
        targetType: 'PAUSE',
        lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'],
        timeoutConfiguration: { timeoutInMinutes: 10, ...(action === undefined ? {} : { action }) },
      },
    ],
  })
  /** As ContinueServiceDeployment writes it. */
  const answer = (world: ServiceWorld, status: 'SUCCEEDED' | 'FAILED'): Promise<void> => {
    const { progress, ...row } = world.serviceDeployment
    if (progress === undefined) throw new Error('no progress')
    return world.store.commit(transaction =>
      transaction.put(serviceDeployments, { ...row, progress: { ...progress, hooks: progress.hooks.map(hook => ({ ...hook, status })) } }),
    )
  }

  test.each([
    ['SUCCEEDED', 'SUCCESSFUL', '0/100'],
    ['FAILED', 'ROLLBACK_SUCCESSFUL', '100/0'],
  ] as const)('that is answered %s ends the deployment %s', async (given, status, weights) => {
    const { world, wake } = await shiftingService(pausing())
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => stageOf(world) === 'POST_TEST_TRAFFIC_SHIFT', minute)
    await world.clock.advance(9 * minute)
    expect([weightsOf(world), weightsOf(world, testRule)]).toEqual(['100/0', '0/100'])
    expect(world.serviceDeployment.progress?.hooks).toMatchObject([{ status: 'AWAITING_ACTION', timeoutAction: 'ROLLBACK' }])
    await answer(world, given)
    wake()
    await world.clock.until(() => statusOf(world) === status, minute)
    expect([weightsOf(world), weightsOf(world, testRule)]).toEqual([weights, weights])
  })

  test.each([
    [undefined, 'ROLLBACK_SUCCESSFUL'],
    ['CONTINUE', 'SUCCESSFUL'],
  ] as const)('that nobody answers does after its timeout what it was told: %s', async (action, status) => {
    const { world, wake } = await shiftingService(pausing(action))
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => stageOf(world) === 'POST_TEST_TRAFFIC_SHIFT', minute)
    const since = world.clock.now()
    await world.clock.until(() => statusOf(world) === status, 20 * minute)
    expect(world.clock.now() - since).toBeGreaterThanOrEqual(10 * minute)
  })

  test('before the production shift waits at each step of a linear deployment, each time by another id', async () => {
    const { world, wake } = await shiftingService({
      strategy: 'LINEAR',
      linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
      lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['PRE_PRODUCTION_TRAFFIC_SHIFT'] }],
    })
    await world.deploy(world.register())
    wake()
    const ids = new Set<string>()
    for (const weights of ['100/0', '50/50']) {
      const isWaiting = (): boolean => world.serviceDeployment.progress?.hooks.some(({ status }) => status === 'AWAITING_ACTION') === true
      await world.clock.until(() => isWaiting() && weightsOf(world) === weights, 5 * minute)
      // What has no stage of its own there is shown as the shift that it comes before.
      expect(stageOf(world)).toBe('PRODUCTION_TRAFFIC_SHIFT')
      ids.add(world.serviceDeployment.progress?.hooks[0]?.hookId ?? '')
      await answer(world, 'SUCCEEDED')
      wake()
    }
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', 5 * minute)
    expect(ids.size).toBe(2)
    expect([...ids].every(id => /^ecs-pause-[A-Za-z0-9_-]{43}$/.test(id))).toBe(true)
  })
})

test('a task set whose tasks are never healthy has twice its count at most', async () => {
  const world = new ServiceWorld()
  const control = world.control()
  control.begin()
  await world.createExternal(2)
  const ailing = {
    healthCheck: { command: ['CMD', 'true'], interval: 5, timeout: 2, retries: 1, startPeriod: 0 },
    dockerLabels: { 'kecs.dev/simulate-healthy-after': 'never' },
  }
  await world.putTaskSet('ecs-svc/1000000000000000001', world.register(ailing), 100)
  control.controller.wake('service', world.arn)
  let most = 0
  world.store.watch(() => {
    most = Math.max(most, world.tasks.filter(({ task }) => task.desiredStatus === 'RUNNING' && task.lastStatus !== 'STOPPED').length)
  })
  await world.clock.advance(20 * minute)
  expect(most).toBeLessThanOrEqual(4)
})
