import { each, type Made, type Provocations, type Step, tableOf } from './world.ts'

const fleet = {
  ServiceNamespace: 'ec2',
  ResourceId: 'spot-fleet-request/sfr-1',
  ScalableDimension: 'ec2:spot-fleet-request:TargetCapacity',
}
const none = { ...fleet, ResourceId: 'spot-fleet-request/sfr-none' }
const call = (operation: string, input: object): Step => ['application-autoscaling', operation, input]
const step = {
  PolicyType: 'StepScaling',
  StepScalingPolicyConfiguration: {
    AdjustmentType: 'ChangeInCapacity',
    StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
  },
}
const scheduled = { Schedule: 'rate(1 day)', ScalableTargetAction: { MinCapacity: 1 } }

export const scalingFixture = (): readonly Made[] => [
  () => ['scalable target', 'ScalableTargetARN', call('RegisterScalableTarget', { ...fleet, MinCapacity: 1, MaxCapacity: 2 })],
  ...Array.from({ length: 50 }, (_, index): Made => () => [
    '',
    'PolicyARN',
    call('PutScalingPolicy', { ...fleet, ...step, PolicyName: `p-${index}` }),
  ]),
]

export const scalingProvocations = (of: (name: string) => string): Provocations => {
  const arn = of('scalable target')
  const tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k-${index}`, 'v']))
  const gone = arn.replace(/.{4}$/, 'none')
  /** One that is named as none can be. */
  const bad = { ...fleet, ScalableDimension: 'none', PolicyName: 'p', ScheduledActionName: 'a', StartTime: 0, EndTime: 1 }
  return tableOf(
    each(
      'ValidationException',
      [
        'DeleteScalingPolicy',
        'DeleteScheduledAction',
        'DeregisterScalableTarget',
        'DescribeScalableTargets',
        'DescribeScalingActivities',
        'DescribeScalingPolicies',
        'DescribeScheduledActions',
        'GetPredictiveScalingForecast',
        'PutScalingPolicy',
        'PutScheduledAction',
        'RegisterScalableTarget',
      ],
      () => bad,
    ),
    each('ValidationException', ['TagResource', 'UntagResource'], () => ({ ResourceARN: '', Tags: {}, TagKeys: [] })),
    each(
      'ObjectNotFoundException',
      ['DeleteScalingPolicy', 'DeleteScheduledAction', 'DeregisterScalableTarget', 'PutScalingPolicy', 'PutScheduledAction'],
      name => ({
        ...none,
        PolicyName: 'p',
        ScheduledActionName: 'a',
        ...(name === 'PutScalingPolicy' ? step : {}),
        ...(name === 'PutScheduledAction' ? scheduled : {}),
      }),
    ),
    each(
      'InvalidNextTokenException',
      ['DescribeScalableTargets', 'DescribeScalingActivities', 'DescribeScalingPolicies', 'DescribeScheduledActions'],
      () => ({
        ServiceNamespace: 'ec2',
        NextToken: 'forged',
      }),
    ),
    each('ResourceNotFoundException', ['ListTagsForResource', 'TagResource', 'UntagResource'], () => ({
      ResourceARN: gone,
      Tags: { a: 'b' },
      TagKeys: ['a'],
    })),
    [
      ['PutScalingPolicy', 'LimitExceededException', { ...fleet, ...step, PolicyName: 'one-more' }],
      ['TagResource', 'TooManyTagsException', { ResourceARN: arn, Tags: tags }],
    ],
  )
}
