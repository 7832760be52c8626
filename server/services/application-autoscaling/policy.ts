// What a scaling policy is made of.
import type {
  Alarm,
  PolicyType,
  PutScalingPolicyRequest,
  ScalingPolicy,
  ServiceNamespace,
} from '../../aws/generated/application-autoscaling.ts'
import { alarmArn } from '../../domain/scaling/arns.ts'
import { checkPrediction } from './check-prediction.ts'
import { checkSteps } from './check-steps.ts'
import type { Target } from './check-target.ts'
import { checkTracking } from './check-tracking.ts'
import type { ScalingContext } from './context.ts'
import { invalid, notAuthorized, refuseIf } from './errors.ts'
import { withoutSteps } from './resources.ts'

/** The configuration of a policy: only the one of its type. */
export type Configuration = Pick<
  ScalingPolicy,
  'StepScalingPolicyConfiguration' | 'TargetTrackingScalingPolicyConfiguration' | 'PredictiveScalingPolicyConfiguration'
>

/** Throws AccessDeniedException where a service does not have policies of a type: so AWS says it. */
export function checkPolicyType(type: PolicyType, serviceNamespace: ServiceNamespace): void {
  if (type === 'StepScaling' && withoutSteps.has(serviceNamespace)) throw notAuthorized()
  if (type === 'PredictiveScaling' && serviceNamespace !== 'ecs') throw notAuthorized()
}

/** The configuration that a call gives; where it gives none, the one that the policy has. Throws ValidationException. */
export function configurationOf(
  type: PolicyType,
  target: Target,
  input: PutScalingPolicyRequest,
  old: Configuration | undefined,
): Configuration {
  const given = [
    input.StepScalingPolicyConfiguration,
    input.TargetTrackingScalingPolicyConfiguration,
    input.PredictiveScalingPolicyConfiguration,
  ].filter(configuration => configuration !== undefined).length
  const found = fitting(type, target, given === 0 && old !== undefined ? old : input)
  if (found === undefined) throw invalid(`${type} policy configuration must be specified`)
  refuseIf(given > 1, 'You must only provide a single scaling policy configuration, which must match the scaling policy type specified.')
  found.check()
  return found.configuration
}

function fitting(
  type: PolicyType,
  target: Target,
  input: Configuration,
): { readonly configuration: Configuration; readonly check: () => void } | undefined {
  const { StepScalingPolicyConfiguration: steps, TargetTrackingScalingPolicyConfiguration: tracking } = input
  const { PredictiveScalingPolicyConfiguration: prediction } = input
  if (type === 'StepScaling') {
    return steps && { configuration: { StepScalingPolicyConfiguration: steps }, check: () => checkSteps(steps) }
  }
  if (type === 'TargetTrackingScaling') {
    return (
      tracking && { configuration: { TargetTrackingScalingPolicyConfiguration: tracking }, check: () => checkTracking(target, tracking) }
    )
  }
  return (
    prediction && { configuration: { PredictiveScalingPolicyConfiguration: prediction }, check: () => checkPrediction(target, prediction) }
  )
}

/** The alarms of a target tracking policy, named as AWS names them; those that it has stay. */
export function alarmsOf(context: ScalingContext, target: Target, configuration: Configuration, old: readonly Alarm[]): readonly Alarm[] {
  const tracking = configuration.TargetTrackingScalingPolicyConfiguration
  if (tracking === undefined) return []
  const wanted = tracking.DisableScaleIn === true ? ['AlarmHigh'] : ['AlarmHigh', 'AlarmLow']
  return wanted.map(kind => {
    const prefix = `TargetTracking-${target.ResourceId}-${kind}-`
    const AlarmName = old.find(alarm => alarm.AlarmName.startsWith(prefix))?.AlarmName ?? `${prefix}${context.ids.uuid()}`
    return { AlarmName, AlarmARN: alarmArn(context, AlarmName) }
  })
}
