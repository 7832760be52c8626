// Differs from AWS: no metrics are kept that a forecast could be made of, so forecasts are empty.
import type {
  GetPredictiveScalingForecastRequest,
  GetPredictiveScalingForecastResponse,
} from '../../../aws/generated/application-autoscaling.ts'
import { namedKey, scalingPolicies } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { checkTarget } from '../check-target.ts'
import type { ScalingContext } from '../context.ts'
import { invalid, policyWords, refuseIf } from '../errors.ts'

/** Seconds. */
const longest = 30 * 24 * 3_600

/**
 * The forecast of a predictive scaling policy.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_GetPredictiveScalingForecast.html
 */
export function getPredictiveScalingForecast(
  context: ScalingContext,
  input: GetPredictiveScalingForecastRequest,
): GetPredictiveScalingForecastResponse {
  checkTarget(input)
  refuseIf(input.StartTime >= input.EndTime, 'StartTime must be before EndTime')
  refuseIf(input.EndTime - input.StartTime > longest, 'The maximum time duration between the start and end time is 30 days.')
  const key = namedKey(scopeOf(context.account, context.region), input, input.PolicyName)
  const policy = context.store.table(scalingPolicies).get(key)?.policy
  const prediction = policy?.PredictiveScalingPolicyConfiguration
  if (policy === undefined || prediction === undefined) throw invalid(policyWords(input, input.PolicyName))
  return {
    LoadForecast: prediction.MetricSpecifications.map(MetricSpecification => ({ Timestamps: [], Values: [], MetricSpecification })),
    CapacityForecast: { Timestamps: [], Values: [] },
    UpdateTime: policy.CreationTime,
  }
}
