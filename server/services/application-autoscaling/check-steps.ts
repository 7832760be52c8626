// What the steps of a step scaling policy may be. The texts are AWS's, as recorded.
import type { StepAdjustment, StepScalingPolicyConfiguration } from '../../aws/generated/application-autoscaling.ts'
import { ServiceError } from '../../aws/errors.ts'
import { refuseIf } from './errors.ts'

const mostSteps = 20

export function checkSteps(configuration: StepScalingPolicyConfiguration): void {
  const { AdjustmentType: type, StepAdjustments: steps = [], MinAdjustmentMagnitude: magnitude } = configuration
  refuseIf(type === undefined, 'Adjustment type must be specified')
  refuseIf(steps.length === 0, 'There must be at least one step adjustment')
  if (steps.length > mostSteps) {
    throw new ServiceError('LimitExceededException', `A scaling policy can have at most ${mostSteps} step adjustments`)
  }
  refuseIf(
    magnitude !== undefined && type !== 'PercentChangeInCapacity',
    'Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity',
  )
  refuseIf(
    type === 'ExactCapacity' && steps.some(step => step.ScalingAdjustment < 0),
    'Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity',
  )
  checkBounds(steps)
  checkOrder(steps)
}

function checkBounds(steps: readonly StepAdjustment[]): void {
  const withoutLower = steps.filter(step => step.MetricIntervalLowerBound === undefined)
  const withoutUpper = steps.filter(step => step.MetricIntervalUpperBound === undefined)
  refuseIf(
    withoutLower.some(step => withoutUpper.includes(step)),
    'Both lower and upper bounds of a step adjustment cannot be left unspecified',
  )
  refuseIf(
    steps.some(step => lowerOf(step) >= upperOf(step)),
    'Lower bound must be less than upper bound for a step adjustment',
  )
  refuseIf(withoutLower.length > 1, 'At most one step adjustment may have an unspecified lower bound')
  refuseIf(withoutUpper.length > 1, 'At most one step adjustment may have an unspecified upper bound')
  refuseIf(
    withoutLower.length === 0 && steps.some(step => lowerOf(step) < 0),
    'There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound',
  )
  refuseIf(
    withoutUpper.length === 0 && steps.some(step => upperOf(step) > 0),
    'There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound',
  )
}

function checkOrder(steps: readonly StepAdjustment[]): void {
  const sorted = steps.toSorted((one, other) => lowerOf(one) - lowerOf(other))
  for (const [index, step] of sorted.entries()) {
    const next = sorted[index + 1]
    if (next === undefined) return
    refuseIf(upperOf(step) > lowerOf(next), 'Step adjustment intervals cannot overlap')
    refuseIf(upperOf(step) < lowerOf(next), 'Step adjustment intervals cannot have gaps between them')
  }
}

const lowerOf = (step: StepAdjustment): number => step.MetricIntervalLowerBound ?? Number.NEGATIVE_INFINITY
const upperOf = (step: StepAdjustment): number => step.MetricIntervalUpperBound ?? Number.POSITIVE_INFINITY
