// The operations of Application Auto Scaling on scaling policies, driven by the AWS SDK as a user drives them.
import { describe, expect, test } from 'bun:test'
import {
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  GetPredictiveScalingForecastCommand,
  paginateDescribeScalingPolicies,
  PutScalingPolicyCommand,
  ValidationException,
  type PredictiveScalingPolicyConfiguration,
  type PutScalingPolicyCommandInput,
  type StepAdjustment,
  type StepScalingPolicyConfiguration,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling'
import { errorOf, scalingTests, steps, words } from './application-autoscaling-harness.ts'

const { scaling, dynamo, ecsService, fleet, register } = scalingTests('policies')

describe('scaling policies', () => {
  test('of steps are put, described, changed and deleted', async () => {
    const target = fleet('steps')
    await register(target)
    const StepScalingPolicyConfiguration = steps(undefined, { Cooldown: 60, MetricAggregationType: 'Maximum' })
    const put = { ...target, PolicyName: 'out', PolicyType: 'StepScaling', StepScalingPolicyConfiguration } as const
    const { PolicyARN, Alarms } = await scaling.send(new PutScalingPolicyCommand(put))
    expect(PolicyARN).toMatch(
      new RegExp(`^arn:aws:autoscaling:us-east-1:\\d{12}:scalingPolicy:[0-9a-f-]{36}:resource/ec2/${target.ResourceId}:policyName/out$`),
    )
    expect(Alarms).toEqual([])
    const described = async () =>
      (await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ec2', ResourceId: target.ResourceId }))).ScalingPolicies
    expect(await described()).toMatchObject([
      { ...target, PolicyName: 'out', PolicyType: 'StepScaling', StepScalingPolicyConfiguration, PolicyARN },
    ])
    const changed = steps([{ ScalingAdjustment: 2, MetricIntervalUpperBound: 0 }])
    const again = await scaling.send(
      new PutScalingPolicyCommand({ ...put, PolicyType: undefined, StepScalingPolicyConfiguration: changed }),
    )
    expect(again.PolicyARN).toBe(PolicyARN ?? '')
    expect((await described())?.[0]?.StepScalingPolicyConfiguration).toEqual(changed)
    await scaling.send(new DeleteScalingPolicyCommand({ ...target, PolicyName: 'out' }))
    expect(await described()).toEqual([])
    const error = await errorOf(scaling.send(new DeleteScalingPolicyCommand({ ...target, PolicyName: 'out' })))
    expect([error.name, error.message]).toEqual([
      'ObjectNotFoundException',
      `No scaling policy found for ${words(target)}, policy name: out`,
    ])
  })

  test('of target tracking have alarms', async () => {
    await register(ecsService)
    const TargetTrackingScalingPolicyConfiguration: TargetTrackingScalingPolicyConfiguration = {
      TargetValue: 75,
      PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      ScaleOutCooldown: 60,
      ScaleInCooldown: 60,
    }
    const put = { ...ecsService, PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration } as const
    const { Alarms = [] } = await scaling.send(new PutScalingPolicyCommand(put))
    expect(Alarms.map(alarm => alarm.AlarmName?.replace(/[0-9a-f-]{36}$/, ''))).toEqual([
      `TargetTracking-${ecsService.ResourceId}-AlarmHigh-`,
      `TargetTracking-${ecsService.ResourceId}-AlarmLow-`,
    ])
    expect(Alarms[0]?.AlarmARN).toEndWith(`:alarm:${Alarms[0]?.AlarmName}`)
    expect((await scaling.send(new PutScalingPolicyCommand(put))).Alarms).toEqual(Alarms)
    const withoutScaleIn = { ...TargetTrackingScalingPolicyConfiguration, DisableScaleIn: true }
    const one = await scaling.send(new PutScalingPolicyCommand({ ...put, TargetTrackingScalingPolicyConfiguration: withoutScaleIn }))
    expect(one.Alarms).toEqual(Alarms.slice(0, 1))
  })

  test('of prediction have a forecast', async () => {
    await register(ecsService)
    const PredictiveScalingPolicyConfiguration: PredictiveScalingPolicyConfiguration = {
      MetricSpecifications: [{ TargetValue: 50, PredefinedMetricPairSpecification: { PredefinedMetricType: 'ECSServiceCPUUtilization' } }],
    }
    const name = { ...ecsService, PolicyName: 'forecast' }
    await scaling.send(new PutScalingPolicyCommand({ ...name, PolicyType: 'PredictiveScaling', PredictiveScalingPolicyConfiguration }))
    const range = { StartTime: new Date('2026-01-01T00:00:00Z'), EndTime: new Date('2026-01-02T00:00:00Z') }
    const forecast = await scaling.send(new GetPredictiveScalingForecastCommand({ ...name, ...range }))
    expect(forecast).toMatchObject({ CapacityForecast: { Timestamps: [], Values: [] } })
    expect(forecast.LoadForecast?.map(load => load.MetricSpecification)).toEqual(PredictiveScalingPolicyConfiguration.MetricSpecifications)
    const turned = { StartTime: range.EndTime, EndTime: range.StartTime }
    expect(await errorOf(scaling.send(new GetPredictiveScalingForecastCommand({ ...name, ...turned })))).toBeInstanceOf(ValidationException)
    const missing = await errorOf(scaling.send(new GetPredictiveScalingForecastCommand({ ...name, ...range, PolicyName: 'none' })))
    expect(missing).toBeInstanceOf(ValidationException)
  })

  test('are ten a page', async () => {
    const target = fleet('policies')
    await register(target)
    for (let index = 0; index < 11; index += 1) {
      const PolicyName = `p${String(index).padStart(2, '0')}`
      await scaling.send(
        new PutScalingPolicyCommand({ ...target, PolicyName, PolicyType: 'StepScaling', StepScalingPolicyConfiguration: steps() }),
      )
    }
    const sizes: number[] = []
    const input = { ServiceNamespace: 'ec2', ResourceId: target.ResourceId } as const
    for await (const page of paginateDescribeScalingPolicies({ client: scaling }, { ...input }))
      sizes.push(page.ScalingPolicies?.length ?? 0)
    expect(sizes).toEqual([10, 1])
    const named = await scaling.send(new DescribeScalingPoliciesCommand({ ...input, PolicyNames: ['p03', 'none'] }))
    expect(named.ScalingPolicies?.map(policy => policy.PolicyName)).toEqual(['p03'])
  })

  const step = (ScalingAdjustment: number, lower?: number, upper?: number): StepAdjustment => ({
    ScalingAdjustment,
    MetricIntervalLowerBound: lower,
    MetricIntervalUpperBound: upper,
  })
  const refusedSteps: readonly (readonly [StepScalingPolicyConfiguration, string])[] = [
    [{ StepAdjustments: [step(1, 0)] }, 'Adjustment type must be specified'],
    [steps([]), 'There must be at least one step adjustment'],
    [
      steps([step(1, 0)], { MinAdjustmentMagnitude: 2 }),
      'Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity',
    ],
    [
      steps([step(-1, 0)], { AdjustmentType: 'ExactCapacity' }),
      'Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity',
    ],
    [steps([step(1)]), 'Both lower and upper bounds of a step adjustment cannot be left unspecified'],
    [steps([step(1, 10, 10), step(1, 10)]), 'Lower bound must be less than upper bound for a step adjustment'],
    [steps([step(1, undefined, -1), step(1, undefined, 0), step(1, 0)]), 'At most one step adjustment may have an unspecified lower bound'],
    [steps([step(1, undefined, 0), step(1, 0), step(1, 10)]), 'At most one step adjustment may have an unspecified upper bound'],
    [
      steps([step(1, -1, 0), step(1, 0)]),
      'There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound',
    ],
    [
      steps([step(1, undefined, 0), step(1, 0, 1)]),
      'There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound',
    ],
    [steps([step(1, 0, 20), step(1, 10)]), 'Step adjustment intervals cannot overlap'],
    [steps([step(1, 0, 10), step(1, 20)]), 'Step adjustment intervals cannot have gaps between them'],
  ]
  const tracking = (
    more: Omit<TargetTrackingScalingPolicyConfiguration, 'TargetValue'>,
    TargetValue = 50,
  ): Partial<PutScalingPolicyCommandInput> => ({
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: { TargetValue, ...more },
  })
  const cpu = { PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' } } as const
  const read = { PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' } } as const
  const custom = { CustomizedMetricSpecification: { MetricName: 'm', Namespace: 'n', Statistic: 'Average' } } as const
  const alb = (ResourceLabel?: string) =>
    ({ PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel } }) as const
  const prediction = (more: Partial<PredictiveScalingPolicyConfiguration>): Partial<PutScalingPolicyCommandInput> => ({
    PolicyType: 'PredictiveScaling',
    PredictiveScalingPolicyConfiguration: { MetricSpecifications: [pair('ECSServiceCPUUtilization')], ...more },
  })
  const pair = (PredefinedMetricType: string) => ({ TargetValue: 50, PredefinedMetricPairSpecification: { PredefinedMetricType } })
  const refused: readonly (readonly [Partial<PutScalingPolicyCommandInput>, string])[] = [
    ...refusedSteps.map(
      ([StepScalingPolicyConfiguration, message]) => [{ PolicyType: 'StepScaling', StepScalingPolicyConfiguration }, message] as const,
    ),
    [{ PolicyType: 'StepScaling' }, 'StepScaling policy configuration must be specified'],
    [{ ...tracking(cpu), PolicyType: 'StepScaling' }, 'StepScaling policy configuration must be specified'],
    [
      { ...tracking(cpu), PolicyType: 'StepScaling', StepScalingPolicyConfiguration: steps() },
      'You must only provide a single scaling policy configuration, which must match the scaling policy type specified.',
    ],
    [tracking({}), 'PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.'],
    [
      tracking({ ...cpu, ...custom }),
      'Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling.',
    ],
    [
      tracking({ CustomizedMetricSpecification: { ...custom.CustomizedMetricSpecification, Metrics: [{ Id: 'a', Expression: '1' }] } }),
      'The customized metric specification is not valid. You can use a specification with metric math or a specification without metric math, but not a combination of both.',
    ],
    [tracking(alb()), 'Resource label should be specified for predefined metric type ALBRequestCountPerTarget'],
    [tracking(alb('lb/tg')), "Invalid resource label 'lb/tg' for predefined metric type ALBRequestCountPerTarget"],
    [
      tracking({ PredefinedMetricSpecification: { ...cpu.PredefinedMetricSpecification, ResourceLabel: 'app/lb/0/targetgroup/tg/0' } }),
      'Resource label should not be specified for predefined metric type ECSServiceAverageCPUUtilization',
    ],
    [
      { ...dynamo('refused'), ...tracking(cpu) },
      'Scalable dimension dynamodb:table:ReadCapacityUnits only supports the following predefined metric types: DynamoDBReadCapacityUtilization',
    ],
    [
      { ...dynamo('refused'), ...tracking(custom) },
      'Scalable dimension dynamodb:table:ReadCapacityUnits does not support CustomizedMetricSpecification.',
    ],
    [
      { ...dynamo('refused'), ...tracking(read, 9.9) },
      "For predefined metric type DynamoDBReadCapacityUtilization, target value must be between '10.0' and '90.0', but was '9.9'.",
    ],
    [prediction({ MetricSpecifications: [] }), 'You must specify one metric specification.'],
    [
      prediction({ MetricSpecifications: [{ TargetValue: 50, PredefinedScalingMetricSpecification: { PredefinedMetricType: 'x' } }] }),
      'The metric specification is invalid. A policy must have either one scaling metric and one load metric or one metric pair.',
    ],
    [
      prediction({ MetricSpecifications: [pair('ECSServiceTotalCPUUtilization')] }),
      "The predefined metric pair type for scalable dimension ecs:service:DesiredCount isn't valid. The supported values are: ECSServiceMemoryUtilization, ALBRequestCount and ECSServiceCPUUtilization.",
    ],
    [
      prediction({ MaxCapacityBreachBehavior: 'HonorMaxCapacity', MaxCapacityBuffer: 10 }),
      'You cannot specify MaxCapacityBuffer when using HonorMaxCapacity.',
    ],
    [
      prediction({ MaxCapacityBreachBehavior: 'IncreaseMaxCapacity' }),
      'You must specify MaxCapacityBuffer when using IncreaseMaxCapacity.',
    ],
  ]
  test('are refused in the words of AWS', async () => {
    await register(ecsService)
    await register(dynamo('refused'))
    for (const [input, message] of refused) {
      const error = await errorOf(scaling.send(new PutScalingPolicyCommand({ ...ecsService, PolicyName: 'refused', ...input })))
      expect([error.name, error.message]).toEqual(['ValidationException', message])
    }
    const unfit = { ...dynamo('refused'), PolicyName: 'p', StepScalingPolicyConfiguration: steps(), PolicyType: 'StepScaling' } as const
    expect((await errorOf(scaling.send(new PutScalingPolicyCommand(unfit)))).name).toBe('AccessDeniedException')
    const missing = await errorOf(scaling.send(new PutScalingPolicyCommand({ ...unfit, ...fleet('never') })))
    expect([missing.name, missing.message]).toEqual([
      'ObjectNotFoundException',
      `No scalable target registered for ${words(fleet('never'))}`,
    ])
  })
})
