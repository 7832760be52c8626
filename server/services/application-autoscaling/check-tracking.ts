// What a target tracking policy may follow. The texts are AWS's where they were recorded.
import type {
  CustomizedMetricSpecification,
  PredefinedMetricSpecification,
  TargetTrackingScalingPolicyConfiguration,
} from '../../aws/generated/application-autoscaling.ts'
import type { Target } from './check-target.ts'
import { refuseIf } from './errors.ts'
import { dimensions } from './resources.ts'

export function checkTracking(target: Target, configuration: TargetTrackingScalingPolicyConfiguration): void {
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: customized, TargetValue: value } = configuration
  refuseIf(
    predefined === undefined && customized === undefined,
    'PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.',
  )
  refuseIf(
    predefined !== undefined && customized !== undefined,
    'Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling.',
  )
  if (customized !== undefined) checkCustomized(target, customized)
  if (predefined === undefined) return
  checkPredefined(target, predefined)
  checkLabel(predefined)
  refuseIf(
    target.ServiceNamespace === 'dynamodb' && (value < 10 || value > 90),
    `For predefined metric type ${predefined.PredefinedMetricType}, target value must be between '10.0' and '90.0', but was '${javaDouble(value)}'.`,
  )
}

const javaDouble = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value))

function checkCustomized({ ScalableDimension: dimension }: Target, customized: CustomizedMetricSpecification): void {
  refuseIf(dimension.startsWith('dynamodb:table:'), `Scalable dimension ${dimension} does not support CustomizedMetricSpecification.`)
  const { Metrics: math, MetricName, Namespace, Statistic, Unit, Dimensions } = customized
  const single = [MetricName, Namespace, Statistic, Unit, Dimensions]
  refuseIf(
    math !== undefined && single.some(member => member !== undefined),
    'The customized metric specification is not valid. You can use a specification with metric math or a specification without metric math, but not a combination of both.',
  )
  refuseIf(
    math === undefined && [MetricName, Namespace, Statistic].includes(undefined),
    'The customized metric specification is not valid. MetricName, Namespace and Statistic must be specified.',
  )
}

function checkPredefined({ ScalableDimension: dimension }: Target, { PredefinedMetricType: type }: PredefinedMetricSpecification): void {
  const { metrics } = dimensions[dimension]
  refuseIf(
    !metrics.includes(type),
    `Scalable dimension ${dimension} only supports the following predefined metric types: ${metrics.join(', ')}`,
  )
}

/** Load balancer and target group, as the end of their ARNs names them. */
const label = /^app\/[^/]+\/[0-9a-f]+\/targetgroup\/[^/]+\/[0-9a-f]+$/

function checkLabel({ PredefinedMetricType: type, ResourceLabel: given }: PredefinedMetricSpecification): void {
  if (type !== 'ALBRequestCountPerTarget') {
    refuseIf(given !== undefined, `Resource label should not be specified for predefined metric type ${type}`)
    return
  }
  refuseIf(given === undefined, `Resource label should be specified for predefined metric type ${type}`)
  refuseIf(given !== undefined && !label.test(given), `Invalid resource label '${given ?? ''}' for predefined metric type ${type}`)
}
