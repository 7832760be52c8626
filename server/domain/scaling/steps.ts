import type { StepScalingPolicyConfiguration } from '../../aws/generated/application-autoscaling.ts'

/**
 * The capacity that a step scaling policy wants; undefined where no step is for a breach of that size. `breach` is the
 * metric's value less the alarm's threshold. A step's lower bound belongs to it above the threshold, its upper one below.
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
 */
export const steppedCapacity = (
  { AdjustmentType: type, StepAdjustments: steps = [], MinAdjustmentMagnitude: magnitude = 0 }: StepScalingPolicyConfiguration,
  current: number,
  breach: number,
): number | undefined => {
  const step = steps.find(({ MetricIntervalLowerBound: lower = -Infinity, MetricIntervalUpperBound: upper = Infinity }) =>
    breach >= 0 && lower >= 0 ? breach >= lower && breach < upper : breach > lower && breach <= upper,
  )
  if (step === undefined) return undefined
  const adjustment = step.ScalingAdjustment
  if (type === 'ExactCapacity') return adjustment
  if (type !== 'PercentChangeInCapacity') return Math.max(0, current + adjustment)
  const change = rounded((current * adjustment) / 100)
  const least = adjustment > 0 ? Math.max(change, magnitude) : Math.min(change, -magnitude)
  return Math.max(0, current + least)
}

/** As AWS rounds: away from nothing up to one, else towards it. */
const rounded = (change: number): number => (Math.abs(change) > 1 ? Math.trunc(change) : change > 0 ? 1 : change < 0 ? -1 : 0)
