// Every operation of Application Auto Scaling, driven by the AWS SDK as a user drives it: against `kecs serve`, or a
// cluster where KECS_TEST_ENDPOINT names one. Targets are DynamoDB's where ECS's are not needed: those are looked up.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  GetPredictiveScalingForecastCommand,
  InvalidNextTokenException,
  ListTagsForResourceCommand,
  ObjectNotFoundException,
  paginateDescribeScalableTargets,
  paginateDescribeScalingPolicies,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  ResourceNotFoundException,
  TagResourceCommand,
  TooManyTagsException,
  UntagResourceCommand,
  ValidationException,
  type PredictiveScalingPolicyConfiguration,
  type PutScalingPolicyCommandInput,
  type PutScheduledActionCommandInput,
  type RegisterScalableTargetCommandInput,
  type ScalableDimension,
  type ServiceNamespace,
  type StepAdjustment,
  type StepScalingPolicyConfiguration,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { openEndpoint, type TestEndpoint } from '../support/endpoint.ts'
import { ecsOf } from '../support/tasks.ts'

const unique = `aas-${process.pid}-${Date.now().toString(36)}`

interface Target {
  readonly ServiceNamespace: ServiceNamespace
  readonly ResourceId: string
  readonly ScalableDimension: ScalableDimension
}
const fleet = (name: string): Target => ({
  ServiceNamespace: 'ec2',
  ResourceId: `spot-fleet-request/${unique}-${name}`,
  ScalableDimension: 'ec2:spot-fleet-request:TargetCapacity',
})
const dynamo = (name: string): Target => ({
  ServiceNamespace: 'dynamodb',
  ResourceId: `table/${unique}-${name}`,
  ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
})
const ecsService: Target = {
  ServiceNamespace: 'ecs',
  ResourceId: `service/${unique}/web`,
  ScalableDimension: 'ecs:service:DesiredCount',
}

let endpoint: TestEndpoint
let scaling: ApplicationAutoScalingClient
/** Removes the ECS service; undefined where none could be made. */
let removeService: (() => Promise<void>) | undefined
const registered = new Map<string, Target>()

beforeAll(async () => {
  endpoint = await openEndpoint()
  scaling = new ApplicationAutoScalingClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  removeService = await makeService()
}, 60_000)

afterAll(async () => {
  for (const target of registered.values()) {
    await scaling.send(new DeregisterScalableTargetCommand(target)).catch((error: unknown) => {
      if (!(error instanceof ObjectNotFoundException)) throw error
    })
  }
  await removeService?.()
  await endpoint.close()
}, 120_000)

/** The ECS service that is scaled, with no tasks. As long as there are no services, any is taken as given. */
async function makeService(): Promise<(() => Promise<void>) | undefined> {
  const ecs = ecsOf({ endpoint: endpoint.url })
  await ecs.send(new CreateClusterCommand({ clusterName: unique }))
  await ecs.send(
    new RegisterTaskDefinitionCommand({ family: unique, containerDefinitions: [{ name: 'app', image: 'busybox:latest', memory: 32 }] }),
  )
  const isMade = await ecs
    .send(new CreateServiceCommand({ cluster: unique, serviceName: 'web', taskDefinition: unique, desiredCount: 0 }))
    .then(
      () => true,
      (error: Error) => {
        if (error.name !== 'UnsupportedFeatureException') throw error
        return false
      },
    )
  return async () => {
    if (isMade) await ecs.send(new DeleteServiceCommand({ cluster: unique, service: 'web', force: true }))
    await ecs.send(new DeleteClusterCommand({ cluster: unique }))
  }
}

async function register(target: Target, more: Partial<RegisterScalableTargetCommandInput> = {}): Promise<string> {
  registered.set(JSON.stringify(target), target)
  const { ScalableTargetARN } = await scaling.send(
    new RegisterScalableTargetCommand({ MinCapacity: 1, MaxCapacity: 4, ...target, ...more }),
  )
  return ScalableTargetARN ?? ''
}

const errorOf = async (call: Promise<unknown>): Promise<Error> => {
  const error = await call.then(
    () => undefined,
    (reason: Error) => reason,
  )
  if (error === undefined) throw new Error('the call was not refused')
  return error
}

const steps = (
  adjustments: readonly StepAdjustment[] = [{ ScalingAdjustment: 1, MetricIntervalLowerBound: 0 }],
  more: StepScalingPolicyConfiguration = {},
): StepScalingPolicyConfiguration => ({ AdjustmentType: 'ChangeInCapacity', StepAdjustments: [...adjustments], ...more })

const words = ({ ServiceNamespace, ResourceId, ScalableDimension }: Target): string =>
  `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`

describe('scalable targets', () => {
  test('are registered, described, changed and deregistered', async () => {
    const arn = await register(ecsService, { Tags: { team: 'a' } })
    expect(arn).toMatch(/^arn:aws:application-autoscaling:us-east-1:\d{12}:scalable-target\/[0-9a-z]{36}$/)
    const describeIt = async () =>
      (await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [ecsService.ResourceId] })))
        .ScalableTargets
    const [made] = (await describeIt()) ?? []
    expect(made?.CreationTime).toBeInstanceOf(Date)
    expect(made?.RoleARN).toMatch(
      /^arn:aws:iam::\d{12}:role\/aws-service-role\/ecs\.application-autoscaling\.amazonaws\.com\/AWSServiceRoleForApplicationAutoScaling_ECSService$/,
    )
    const suspended = { DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false }
    expect(made).toMatchObject({ ...ecsService, MinCapacity: 1, MaxCapacity: 4, ScalableTargetARN: arn, SuspendedState: suspended })

    const change = { MinCapacity: undefined, MaxCapacity: 9, SuspendedState: { ScheduledScalingSuspended: true } }
    expect(await register(ecsService, change)).toBe(arn)
    const [changed] = (await describeIt()) ?? []
    expect(changed).toEqual({
      ...made,
      MaxCapacity: 9,
      SuspendedState: { ...suspended, ScheduledScalingSuspended: true },
    } as typeof changed)

    await scaling.send(new DeregisterScalableTargetCommand(ecsService))
    expect(await describeIt()).toEqual([])
    const error = await errorOf(scaling.send(new DeregisterScalableTargetCommand(ecsService)))
    expect(error).toBeInstanceOf(ObjectNotFoundException)
    expect(error.message).toBe(`No scalable target found for ${words(ecsService)}`)
  })

  const base = { MinCapacity: 1, MaxCapacity: 2 }
  const refused: readonly (readonly [Partial<RegisterScalableTargetCommandInput>, string, string?])[] = [
    [{ ...dynamo('x'), MinCapacity: 0 }, 'Minimum capacity cannot be less than 1'],
    [{ ...fleet('x'), MinCapacity: -1 }, 'Minimum capacity cannot be less than 0'],
    [{ ...fleet('x'), MinCapacity: 3 }, 'Maximum capacity cannot be less than minimum capacity'],
    [{ ...fleet('x'), ResourceId: 'bare' }, 'Unsupported service namespace, resource type or scalable dimension'],
    [{ ...ecsService, ResourceId: 'service/web' }, 'Unsupported service namespace, resource type or scalable dimension'],
    [{ ...ecsService, ScalableDimension: 'dynamodb:table:ReadCapacityUnits' }, 'Account is not authorized', 'AccessDeniedException'],
    [
      { ServiceNamespace: 'lambda', ResourceId: 'function:f:$LATEST', ScalableDimension: 'lambda:function:ProvisionedConcurrency' },
      '$LATEST is not a supported qualifier for Auto Scaling',
    ],
    [
      {
        ServiceNamespace: 'elasticmapreduce',
        ResourceId: 'instancegroup/j-1/ig-1',
        ScalableDimension: 'elasticmapreduce:instancegroup:InstanceCount',
      },
      'Role ARN must be specified',
    ],
    [
      {
        ServiceNamespace: 'elasticache',
        ResourceId: 'replication-group/r',
        ScalableDimension: 'elasticache:replication-group:Replicas',
        MaxCapacity: 6,
      },
      'Maximum capacity cannot be greater than 5',
    ],
  ]
  test('are refused in the words of AWS', async () => {
    for (const [input, message, name = 'ValidationException'] of refused) {
      const error = await errorOf(scaling.send(new RegisterScalableTargetCommand({ ...base, ...fleet('x'), ...input })))
      expect([error.name, error.message]).toEqual([name, message])
    }
    const none = await errorOf(scaling.send(new RegisterScalableTargetCommand({ ...fleet('x'), MinCapacity: 1 })))
    expect(none).toBeInstanceOf(ValidationException)
  })

  test('are paged; a token that is of another listing is refused', async () => {
    const targets = [fleet('page-1'), fleet('page-2'), fleet('page-3')]
    for (const target of targets) await register(target)
    const ResourceIds = targets.map(target => target.ResourceId)
    const found: string[] = []
    for await (const page of paginateDescribeScalableTargets({ client: scaling, pageSize: 1 }, { ServiceNamespace: 'ec2', ResourceIds })) {
      expect(page.ScalableTargets).toHaveLength(1)
      found.push(...(page.ScalableTargets ?? []).map(target => target.ResourceId ?? ''))
    }
    expect(found.sort()).toEqual(ResourceIds)
    const { NextToken } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ec2', ResourceIds, MaxResults: 1 }))
    const error = await errorOf(scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb', NextToken })))
    expect(error).toBeInstanceOf(InvalidNextTokenException)
    const { ScalableDimension } = fleet('x')
    const alone = await errorOf(scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ec2', ScalableDimension })))
    expect(alone).toBeInstanceOf(ValidationException)
  })

  test('have tags', async () => {
    const ResourceARN = await register(fleet('tags'), { Tags: { team: 'a', tier: 'x' } })
    await scaling.send(new TagResourceCommand({ ResourceARN, Tags: { team: 'b', stage: '' } }))
    await scaling.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['tier', 'never'] }))
    expect((await scaling.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual({ team: 'b', stage: '' })
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v']))
    expect(await errorOf(scaling.send(new TagResourceCommand({ ResourceARN, Tags })))).toBeInstanceOf(TooManyTagsException)
    const missing = await errorOf(scaling.send(new ListTagsForResourceCommand({ ResourceARN: `${ResourceARN}x` })))
    expect(missing).toBeInstanceOf(ResourceNotFoundException)
    expect(missing).toMatchObject({ ResourceName: `${ResourceARN}x` })
  })

  test('other regions and accounts see nothing of them', async () => {
    const ResourceARN = await register(fleet('elsewhere'))
    const others = [
      { region: 'eu-west-1', accessKeyId: 'test' },
      { region: 'us-east-1', accessKeyId: '123456789012' },
    ]
    for (const { region, accessKeyId } of others) {
      const other = new ApplicationAutoScalingClient({
        endpoint: endpoint.url,
        region,
        credentials: { accessKeyId, secretAccessKey: 'test' },
      })
      const ResourceIds = [fleet('elsewhere').ResourceId]
      expect((await other.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ec2', ResourceIds }))).ScalableTargets).toEqual([])
      expect(await errorOf(other.send(new ListTagsForResourceCommand({ ResourceARN })))).toBeInstanceOf(ResourceNotFoundException)
    }
  })
})

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

describe('scheduled actions', () => {
  const both = { MinCapacity: 1, MaxCapacity: 2 }
  test('are put, described, changed, deleted, and go with their target', async () => {
    const target = fleet('scheduled')
    await register(target)
    const put: PutScheduledActionCommandInput = {
      ...target,
      ScheduledActionName: 'morning',
      Schedule: 'cron(0 8 ? * MON-FRI *)',
      Timezone: 'Asia/Tokyo',
      StartTime: new Date('2035-01-01T00:00:00Z'),
      EndTime: new Date('2036-01-01T00:00:00Z'),
      ScalableTargetAction: both,
    }
    await scaling.send(new PutScheduledActionCommand(put))
    const input = { ServiceNamespace: 'ec2', ResourceId: target.ResourceId } as const
    const described = async () => (await scaling.send(new DescribeScheduledActionsCommand(input))).ScheduledActions
    const [made] = (await described()) ?? []
    expect(made).toMatchObject({ ...put })
    expect(made?.ScheduledActionARN).toMatch(
      new RegExp(
        `^arn:aws:autoscaling:us-east-1:\\d{12}:scheduledAction:[0-9a-f-]{36}:resource/ec2/${target.ResourceId}:scheduledActionName/morning$`,
      ),
    )
    const change = { ...target, ScheduledActionName: 'morning', Schedule: 'rate(2 hours)' }
    await scaling.send(new PutScheduledActionCommand(change))
    const [changed] = (await described()) ?? []
    // Times that are left out are taken away; the rest stays.
    const { StartTime: _start, EndTime: _end, ...kept } = made ?? {}
    expect(changed).toEqual({ ...kept, Schedule: 'rate(2 hours)' } as typeof changed)

    await scaling.send(new PutScheduledActionCommand({ ...put, ScheduledActionName: 'evening', Schedule: 'at(2035-01-01T00:00:00)' }))
    const first = await scaling.send(new DescribeScheduledActionsCommand({ ...input, MaxResults: 1 }))
    const second = await scaling.send(new DescribeScheduledActionsCommand({ ...input, MaxResults: 1, NextToken: first.NextToken }))
    expect([first, second].map(page => page.ScheduledActions?.map(action => action.ScheduledActionName))).toEqual([
      ['evening'],
      ['morning'],
    ])
    const named = await scaling.send(new DescribeScheduledActionsCommand({ ...input, ScheduledActionNames: ['evening'] }))
    expect(named.ScheduledActions).toHaveLength(1)

    await scaling.send(new DeleteScheduledActionCommand({ ...target, ScheduledActionName: 'evening' }))
    const error = await errorOf(scaling.send(new DeleteScheduledActionCommand({ ...target, ScheduledActionName: 'evening' })))
    expect([error.name, error.message]).toEqual([
      'ObjectNotFoundException',
      `No scheduled action found for ${words(target)}, scheduled action name: evening`,
    ])
    await scaling.send(new DeregisterScalableTargetCommand(target))
    expect(await described()).toEqual([])
  })

  const syntax = String.raw`Invalid schedule expression. Details: Schedule expressions must have the following syntax: rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).`
  const refused: readonly (readonly [Partial<PutScheduledActionCommandInput>, string])[] = [
    [{ ScalableTargetAction: undefined }, 'ScalableTargetAction must be set'],
    [{ ScalableTargetAction: {} }, 'At least one of minimum capacity and maximum capacity should be provided'],
    [{ ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 1 } }, 'Maximum capacity cannot be less than minimum capacity'],
    [{ Timezone: 'JST' }, 'Invalid schedule timezone: JST'],
    [{ Schedule: '0 8 1 * ? *' }, syntax],
    [{ Schedule: 'rate(5 seconds)' }, syntax],
    [
      { Schedule: 'at(2035-01-01)' },
      'Invalid schedule expression. Details: Invalid schedule at DateTime expression: Invalid format: "2035-01-01" is too short',
    ],
    [{ StartTime: new Date('2035-01-01T00:00:01Z'), EndTime: new Date('2035-01-01T00:00:00Z') }, 'StartTime must be before EndTime'],
    [
      { ScheduledActionName: 'a:b' },
      String.raw`1 validation error detected: Value 'a:b' at 'scheduledActionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!((^[ ]+.*)|(.*([\u0000-\u001f]|[\u007f-\u009f]|[:/|])+.*)|(.*[ ]+$))).+`,
    ],
  ]
  test('are refused in the words of AWS', async () => {
    const target = fleet('unscheduled')
    await register(target)
    const good = { ...target, ScheduledActionName: 'a', Schedule: 'rate(1 minute)', ScalableTargetAction: both }
    for (const [input, message] of refused) {
      const error = await errorOf(scaling.send(new PutScheduledActionCommand({ ...good, ...input })))
      expect([error.name, error.message]).toEqual(['ValidationException', message])
    }
    const missing = await errorOf(scaling.send(new PutScheduledActionCommand({ ...good, ...fleet('never') })))
    expect(missing.message).toBe(`No scalable target registered for ${words(fleet('never'))}`)
  })
})

test('what was not scaled has no activities', async () => {
  const target = fleet('quiet')
  await register(target)
  const { ServiceNamespace, ResourceId, ScalableDimension } = target
  const quiet = await scaling.send(new DescribeScalingActivitiesCommand({ ServiceNamespace, ResourceId, ScalableDimension }))
  expect(quiet.ScalingActivities).toEqual([])
  const error = await errorOf(scaling.send(new DescribeScalingActivitiesCommand({ ServiceNamespace, NextToken: 'none' })))
  expect(error).toBeInstanceOf(InvalidNextTokenException)
})
