// What a predictive scaling policy may be. The texts are AWS's, as recorded.
import type {
  PredictiveScalingMetricSpecification,
  PredictiveScalingPolicyConfiguration,
} from '../../aws/generated/application-autoscaling.ts'
import type { Target } from './check-target.ts'
import { refuseIf } from './errors.ts'

const pairs: ReadonlySet<string> = new Set(['ECSServiceMemoryUtilization', 'ALBRequestCount', 'ECSServiceCPUUtilization'])

export function checkPrediction(target: Target, configuration: PredictiveScalingPolicyConfiguration): void {
  const { MetricSpecifications: specifications, MaxCapacityBreachBehavior: behavior = 'HonorMaxCapacity' } = configuration
  const { MaxCapacityBuffer: buffer } = configuration
  const [specification, ...others] = specifications
  refuseIf(specification === undefined || others.length > 0, 'You must specify one metric specification.')
  if (specification !== undefined) checkSpecification(target, specification)
  refuseIf(behavior === 'HonorMaxCapacity' && buffer !== undefined, 'You cannot specify MaxCapacityBuffer when using HonorMaxCapacity.')
  refuseIf(behavior === 'IncreaseMaxCapacity' && buffer === undefined, 'You must specify MaxCapacityBuffer when using IncreaseMaxCapacity.')
}

function checkSpecification({ ScalableDimension: dimension }: Target, specification: PredictiveScalingMetricSpecification): void {
  const pair = specification.PredefinedMetricPairSpecification
  const scaling = [specification.PredefinedScalingMetricSpecification, specification.CustomizedScalingMetricSpecification]
  const load = [specification.PredefinedLoadMetricSpecification, specification.CustomizedLoadMetricSpecification]
  const given = (metrics: readonly unknown[]): number => metrics.filter(metric => metric !== undefined).length
  const isPair = pair !== undefined && given([...scaling, ...load]) === 0
  const isBoth = pair === undefined && given(scaling) === 1 && given(load) === 1
  refuseIf(
    !isPair && !isBoth,
    'The metric specification is invalid. A policy must have either one scaling metric and one load metric or one metric pair.',
  )
  refuseIf(
    pair !== undefined && !pairs.has(pair.PredefinedMetricType),
    `The predefined metric pair type for scalable dimension ${dimension} isn't valid. The supported values are: ECSServiceMemoryUtilization, ALBRequestCount and ECSServiceCPUUtilization.`,
  )
}
