// Lambda functions as lifecycle hooks, and CloudWatch alarms as what deployments fail by, both of the backend.
import { describe, expect, test } from 'bun:test'
import { FakeBackend } from '../../test/support/fake-backend.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import { configuration, loadBalancers, putRules, weightsOf } from '../../test/support/shifting-world.ts'
import type { DeploymentConfiguration, DeploymentLifecycleHookStage } from '../aws/generated/ecs.ts'

const minute = 60_000
const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
const hook = (name: string, ...lifecycleStages: readonly DeploymentLifecycleHookStage[]) => ({
  hookTargetArn: functionArn(name),
  roleArn: 'arn:aws:iam::000000000000:role/hooks',
  lifecycleStages,
})

/** A service behind two target groups whose first deployment is over; and its second one, begun. */
const deploying = async (more: DeploymentConfiguration, prepare: (backend: FakeBackend) => void = () => {}) => {
  const backend = new FakeBackend()
  const world = new ServiceWorld({ backend })
  const control = world.control()
  control.begin()
  await putRules(world)
  await world.create(world.register(), {
    desiredCount: 1,
    loadBalancers,
    deploymentConfiguration: configuration({ strategy: 'BLUE_GREEN' }),
  })
  control.controller.wake('service', world.arn)
  await world.clock.until(() => world.isSteady, 10 * minute)
  await world.configure(configuration(more))
  prepare(backend)
  const source = world.service.deployments[0]?.serviceRevisionArn ?? ''
  await world.deploy(world.register())
  control.controller.wake('service', world.arn)
  const target = world.service.deployments[0]?.serviceRevisionArn ?? ''
  const ends = (): Promise<void> => world.clock.until(() => /SUCCESSFUL|FAILED|STOPPED/.test(statusOf(world)), 60 * minute)
  return { world, backend, source, target, ends, control }
}
const statusOf = (world: ServiceWorld): string => world.serviceDeployment.serviceDeployment.status

describe('a Lambda hook', () => {
  test('that runs for long holds up no reset or restore, and is called once more after it', async () => {
    const { world, backend, ends, control } = await deploying(
      { strategy: 'BLUE_GREEN', lifecycleHooks: [hook('slow', 'PRE_SCALE_UP')] },
      each => each.functions.set('slow', () => new Promise(() => {})),
    )
    await world.clock.until(() => backend.invoked.length === 1, minute)
    await control.controller.pause()
    backend.functions.set('slow', () => ({ hookStatus: 'SUCCEEDED' }))
    control.controller.resume()
    control.controller.wakeAll()
    await ends()
    expect(statusOf(world)).toBe('SUCCESSFUL')
    expect(backend.invoked).toHaveLength(2)
  })

  test('is called with the documented event, at each of its stages', async () => {
    const { world, backend, source, target, ends } = await deploying(
      {
        strategy: 'BLUE_GREEN',
        lifecycleHooks: [
          {
            ...hook('check', 'PRE_SCALE_UP', 'TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT', 'POST_PRODUCTION_TRAFFIC_SHIFT'),
            hookDetails: { bucket: 'b' },
          },
        ],
      },
      each => each.functions.set('check', () => ({ hookStatus: 'SUCCEEDED' })),
    )
    await ends()
    expect(statusOf(world)).toBe('SUCCESSFUL')
    const { serviceDeploymentArn } = world.serviceDeployment.serviceDeployment
    const event = (lifecycleStage: string, tested: object, production: object) => ({
      executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      lifecycleStage,
      resourceArn: serviceDeploymentArn,
      executionDetails: {
        serviceArn: world.arn,
        targetServiceRevisionArn: target,
        testTrafficWeights: tested,
        productionTrafficWeights: production,
      },
      hookDetails: { bucket: 'b' },
    })
    expect(backend.invoked.map(each => each.event)).toEqual([
      event('PRE_SCALE_UP', {}, {}),
      event('TEST_TRAFFIC_SHIFT', { [target]: 100, [source]: 0 }, {}),
      event('PRODUCTION_TRAFFIC_SHIFT', {}, { [target]: 100, [source]: 0 }),
      event('POST_PRODUCTION_TRAFFIC_SHIFT', {}, {}),
    ])
  })

  test('that is not done is called again after its delay, with what it told', async () => {
    const times: number[] = []
    const answers = [
      { hookStatus: 'IN_PROGRESS' },
      { hookStatus: 'IN_PROGRESS', callBackDelay: 90, hookDetails: { seen: 2 } },
      { hookStatus: 'SUCCEEDED' },
    ]
    let clock: ServiceWorld['clock'] | undefined
    const { world, backend, ends } = await deploying(
      { strategy: 'BLUE_GREEN', lifecycleHooks: [hook('slow', 'POST_TEST_TRAFFIC_SHIFT')] },
      each =>
        each.functions.set('slow', () => {
          times.push(clock?.now() ?? 0)
          return answers[times.length - 1]
        }),
    )
    clock = world.clock
    await ends()
    expect(times.map(time => (time - (times[0] ?? 0)) / 1000)).toEqual([0, 30, 120])
    expect(backend.invoked.map(each => each.event)).toMatchObject([{}, {}, { hookDetails: { seen: 2 } }])
    expect(statusOf(world)).toBe('SUCCESSFUL')
  })

  test.each<[string, (backend: FakeBackend) => void, string]>([
    [
      'returns FAILED',
      each => each.functions.set('f', () => ({ hookStatus: 'FAILED' })),
      `Lifecycle hook target ${functionArn('f')} returned FAILED status.`,
    ],
    [
      'returns no status',
      each => each.functions.set('f', () => null),
      `ECS was unable to parse the response from ${functionArn('f')} due to: HookStatus must not be null.`,
    ],
    [
      'throws',
      each => each.functions.set('f', () => new Error('boom')),
      `ECS was unable to parse the response from ${functionArn('f')} due to: HookStatus must not be null.`,
    ],
    ['is not there', () => {}, `ECS was unable to invoke hook target ${functionArn('f')} due to Function not found: f`],
  ])('that %s rolls the deployment back', async (_how, prepare, cause) => {
    const { world, ends } = await deploying({ strategy: 'BLUE_GREEN', lifecycleHooks: [hook('f', 'POST_TEST_TRAFFIC_SHIFT')] }, prepare)
    await ends()
    expect(world.serviceDeployment.serviceDeployment).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: `Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. ${cause}`,
    })
    expect(weightsOf(world)).toBe('100/0')
  })

  test('of the production shift runs again on the way back, with the weights as they go back', async () => {
    const { world, backend, source, target, ends } = await deploying(
      { strategy: 'BLUE_GREEN', lifecycleHooks: [hook('shift', 'PRODUCTION_TRAFFIC_SHIFT'), hook('bad', 'POST_PRODUCTION_TRAFFIC_SHIFT')] },
      each => {
        each.functions.set('shift', () => ({ hookStatus: 'SUCCEEDED' }))
        each.functions.set('bad', () => ({ hookStatus: 'FAILED' }))
      },
    )
    await ends()
    expect(statusOf(world)).toBe('ROLLBACK_SUCCESSFUL')
    const weights = backend.invoked.filter(({ functionName }) => functionName === 'shift').map(each => each.event)
    expect(weights).toMatchObject([
      { executionDetails: { productionTrafficWeights: { [target]: 100, [source]: 0 } } },
      { executionDetails: { targetServiceRevisionArn: target, productionTrafficWeights: { [target]: 0, [source]: 100 } } },
    ])
  })

  test('is asked again where the backend is away, and outlives the control plane', async () => {
    const { world, backend, ends, control } = await deploying(
      { strategy: 'BLUE_GREEN', lifecycleHooks: [hook('check', 'PRE_SCALE_UP')] },
      each => {
        each.functions.set('check', () => ({ hookStatus: 'SUCCEEDED' }))
        each.isAway = true
      },
    )
    await world.clock.advance(minute)
    expect(statusOf(world)).toBe('IN_PROGRESS')
    await control.stop()
    backend.isAway = false
    world.control().begin()
    await ends()
    expect(statusOf(world)).toBe('SUCCESSFUL')
    expect(backend.invoked).toHaveLength(1)
  })
})

describe('alarms', () => {
  const alarms = (more: Partial<NonNullable<DeploymentConfiguration['alarms']>> = {}) => ({
    alarms: { alarmNames: ['errors', 'latency'], enable: true, rollback: true, ...more },
  })

  test('roll a deployment back while it bakes', async () => {
    const { world, backend, ends } = await deploying({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 30, ...alarms() })
    await world.clock.until(() => weightsOf(world) === '0/100', 5 * minute)
    await world.clock.advance(5 * minute)
    expect(world.serviceDeployment.serviceDeployment.alarms).toEqual({
      status: 'MONITORING',
      alarmNames: ['errors', 'latency'],
      triggeredAlarmNames: [],
    })
    backend.alarms = ['latency']
    await ends()
    expect(world.serviceDeployment.serviceDeployment).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['latency'] },
    })
    expect(weightsOf(world)).toBe('100/0')
    expect(world.events).toContain('(service web) (deployment D) deployment failed: alarm detected.')
    const { calls } = backend
    await world.clock.advance(10 * minute)
    // Nobody asks any more.
    expect(backend.calls).toBe(calls)
  })

  test('that sound already when a deployment begins are not looked at', async () => {
    const { world, ends } = await deploying({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 2, ...alarms() }, each => {
      each.alarms = ['errors']
    })
    await ends()
    expect(world.serviceDeployment.serviceDeployment).toMatchObject({ status: 'SUCCESSFUL', alarms: { status: 'DISABLED' } })
  })

  test('are looked at while a rolling deployment bakes', async () => {
    const { world, backend, ends } = await deploying({ strategy: 'ROLLING', bakeTimeInMinutes: 10, ...alarms() })
    await world.clock.until(() => world.serviceDeployment.serviceDeployment.lifecycleStage === 'BAKE_TIME', 5 * minute)
    backend.alarms = ['errors']
    await ends()
    expect(statusOf(world)).toBe('ROLLBACK_SUCCESSFUL')
  })

  test('stop a deployment where it is without rollback', async () => {
    const { world, backend, ends } = await deploying({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 30, ...alarms({ rollback: false }) })
    await world.clock.until(() => weightsOf(world) === '0/100', 5 * minute)
    await world.clock.advance(minute)
    backend.alarms = ['errors']
    await ends()
    expect([statusOf(world), weightsOf(world)]).toEqual(['STOPPED', '0/100'])
  })
})
