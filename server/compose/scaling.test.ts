// Application Auto Scaling of a service: its policies, its schedule, its limits, with a fake clock and what a test measures.
import { describe, expect, test } from 'bun:test'
import { FakeBackend } from '../../test/support/fake-backend.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import { place } from '../../test/support/task-rows.ts'
import type { ScalingPolicy, ScheduledAction } from '../aws/generated/application-autoscaling.ts'
import type { Measured } from '../reconcilers/service-metrics.ts'
import {
  type ScalableTargetRow,
  scalableTargets,
  scalingActivities,
  scalingPolicies,
  scheduledActions,
} from '../store/autoscaling-tables.ts'
import { scopeOf } from '../store/tables.ts'

const minute = 60_000
const scope = scopeOf(place.account, place.region)
const name = { ServiceNamespace: 'ecs', ResourceId: 'service/default/web', ScalableDimension: 'ecs:service:DesiredCount' } as const

const scaledService = async (desiredCount: number, limits: readonly [number, number], more: Partial<ScalableTargetRow['target']> = {}) => {
  const measured: { cpu: Measured } = { cpu: 'unmeasured' }
  const backend = new FakeBackend()
  const metrics = { utilization: async () => measured.cpu, requestsPerTarget: async () => 'unmeasured' as const }
  const world = new ServiceWorld({ backend, metrics })
  const control = world.control()
  control.begin()
  await world.create(world.register(), { desiredCount })
  control.controller.wake('service', world.arn)
  await world.clock.until(() => world.isSteady, minute)
  const target = {
    ...name,
    MinCapacity: limits[0],
    MaxCapacity: limits[1],
    RoleARN: 'r',
    CreationTime: 0,
    ScalableTargetARN: 'arn:target',
    ...more,
  }
  const put = (policy: Partial<ScalingPolicy>): Promise<void> =>
    world.store.commit(transaction => {
      const PolicyName = policy.PolicyName ?? 'cpu'
      const whole = {
        ...name,
        PolicyARN: `arn:policy/${PolicyName}`,
        PolicyName,
        PolicyType: 'TargetTrackingScaling',
        CreationTime: 0,
        ...policy,
      } as const
      transaction.put(scalingPolicies, { scope, policy: whole })
    })
  const schedule = (action: Partial<ScheduledAction>): Promise<void> =>
    world.store.commit(transaction => {
      const CreationTime = world.clock.now() / 1000
      const whole = { ScheduledActionName: 'night', ScheduledActionARN: 'a', Schedule: 'rate(1 hour)', CreationTime, ...action, ...name }
      transaction.put(scheduledActions, { scope, action: whole })
    })
  await world.store.commit(transaction => transaction.put(scalableTargets, { scope, target, tags: {}, areLimitsNew: true }))
  await world.clock.advance(1)
  return { world, measured, backend, put, schedule, control }
}
/** Newest first. */
const activities = (world: ServiceWorld) => [...world.store.table(scalingActivities).all()].map(({ activity }) => activity)
const desired = (world: ServiceWorld): number => world.service.service.desiredCount

const tracking: Partial<ScalingPolicy> = {
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 50,
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    ScaleOutCooldown: 300,
    ScaleInCooldown: 300,
  },
  Alarms: ['AlarmHigh', 'AlarmLow'].map(kind => ({ AlarmName: `TargetTracking-service/default/web-${kind}-1`, AlarmARN: 'a' })),
}

describe('target tracking', () => {
  test('scales out after three minutes and says so as AWS does', async () => {
    const { world, measured, put } = await scaledService(2, [1, 10])
    await put(tracking)
    measured.cpu = 90
    await world.clock.advance(2 * minute)
    expect(desired(world)).toBe(2)
    await world.clock.until(() => desired(world) !== 2, 5 * minute)
    expect(desired(world)).toBe(4)
    await world.clock.until(() => activities(world)[0]?.StatusCode === 'Successful', 5 * minute)
    expect(activities(world)).toMatchObject([
      {
        Description: 'Setting desired count to 4.',
        Cause: 'monitor alarm TargetTracking-service/default/web-AlarmHigh-1 in state ALARM triggered policy cpu',
        StatusMessage: 'Successfully set desired count to 4. Change successfully fulfilled by ecs.',
      },
    ])
  })

  test('adds no more while it cools down, unless more is needed than was added', async () => {
    const { world, measured, put } = await scaledService(2, [1, 10])
    await put(tracking)
    measured.cpu = 90
    await world.clock.until(() => desired(world) === 4, 10 * minute)
    await world.clock.advance(2 * minute)
    expect(desired(world)).toBe(4)
    measured.cpu = 140
    await world.clock.advance(3 * minute)
    expect(desired(world)).toBe(6)
    measured.cpu = 50
    await world.clock.advance(20 * minute)
    expect(desired(world)).toBe(6)
  })

  test('scales in after fifteen minutes, not below the minimum', async () => {
    const { world, measured, put } = await scaledService(6, [2, 10])
    await put(tracking)
    measured.cpu = 5
    await world.clock.advance(14 * minute)
    expect(desired(world)).toBe(6)
    await world.clock.until(() => desired(world) === 2, 5 * minute)
    await world.clock.advance(30 * minute)
    expect(desired(world)).toBe(2)
    expect(activities(world).filter(({ NotScaledReasons: reasons }) => reasons !== undefined)).toMatchObject([
      { NotScaledReasons: [{ Code: 'AlreadyAtMinCapacity', MinCapacity: 2, CurrentCapacity: 2 }] },
    ])
  })

  test('is kept from scaling in by another policy, by a suspension and by a deployment', async () => {
    const { world, measured, put } = await scaledService(4, [1, 10], { SuspendedState: { DynamicScalingInSuspended: true } })
    await put(tracking)
    measured.cpu = 5
    await world.clock.advance(20 * minute)
    expect(desired(world)).toBe(4)
  })

  test('says once that nothing measures what it follows', async () => {
    const { world, put } = await scaledService(2, [1, 10])
    await put(tracking)
    await world.clock.advance(5 * minute)
    expect(activities(world)).toMatchObject([
      { StatusCode: 'Failed', Cause: 'policy cpu does not act: nothing measures ECSServiceAverageCPUUtilization' },
    ])
  })
})

test('a step scaling policy follows the alarms of the backend that name it', async () => {
  const { world, backend, put } = await scaledService(2, [1, 4])
  await put({
    PolicyName: 'steps',
    PolicyType: 'StepScaling',
    StepScalingPolicyConfiguration: {
      AdjustmentType: 'ChangeInCapacity',
      Cooldown: 120,
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 20, ScalingAdjustment: 3 },
      ],
    },
  })
  backend.policyAlarms = [{ AlarmName: 'busy', policyArn: 'arn:policy/steps', threshold: 60, value: 70 }]
  await world.clock.until(() => desired(world) === 3, 2 * minute)
  await world.clock.advance(minute)
  expect(desired(world)).toBe(3)
  // The cooldown is over, the alarm is not; and four is all that there may be.
  await world.clock.until(() => desired(world) === 4, 2 * minute)
  await world.clock.advance(5 * minute)
  expect(desired(world)).toBe(4)
  expect(activities(world).map(({ Cause }) => Cause)).toContain('monitor alarm busy in state ALARM triggered policy steps')
})

test('a backend that does not answer for alarms holds up neither limits nor schedules', async () => {
  const { world, backend, put, schedule } = await scaledService(2, [1, 10])
  await put({
    PolicyName: 'steps',
    PolicyType: 'StepScaling',
    StepScalingPolicyConfiguration: { AdjustmentType: 'ChangeInCapacity', StepAdjustments: [{ ScalingAdjustment: 1 }] },
  })
  backend.isAway = true
  await schedule({ ScheduledActionName: 'busy-hours', Schedule: 'rate(1 hour)', ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 5 } })
  await world.clock.until(() => desired(world) === 3, 70 * minute)
})

test('a scheduled action sets the limits, and the count follows', async () => {
  const { world, schedule } = await scaledService(2, [1, 10])
  await schedule({ ScheduledActionName: 'busy-hours', Schedule: 'rate(1 hour)', ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 5 } })
  await world.clock.advance(59 * minute)
  expect(desired(world)).toBe(2)
  await world.clock.advance(3 * minute)
  expect(desired(world)).toBe(3)
  expect(activities(world).map(({ Description, Cause, StatusMessage }) => [Description, Cause, StatusMessage])).toContainEqual([
    'Setting min capacity to 3 and max capacity to 5',
    'scheduled action name busy-hours was triggered',
    'Successfully set min capacity to 3 and max capacity to 5',
  ])
  expect(activities(world).map(({ Description, Cause }) => [Description, Cause])).toContainEqual([
    'Setting desired count to 3.',
    'minimum capacity was set to 3',
  ])
})

test('limits that leave the count outside move it at once', async () => {
  const { world } = await scaledService(5, [1, 3])
  expect(desired(world)).toBe(3)
  expect(activities(world)[0]).toMatchObject({ Description: 'Setting desired count to 3.', Cause: 'maximum capacity was set to 3' })
})
