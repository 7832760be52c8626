import type { TargetTrackingScalingPolicyConfiguration } from '../../aws/generated/application-autoscaling.ts'

/** AWS's alarms of a target tracking policy: so many minutes above the target, so many below nine tenths of it. */
export const minutesOut = 3
export const minutesIn = 15
const shareIn = 0.9

/** What a policy wants: a capacity, and by which of its alarms. */
export interface Wish {
  readonly capacity: number
  readonly alarm: 'AlarmHigh' | 'AlarmLow'
}

/**
 * What a target tracking policy wants, from the metric's values of the last minutes, oldest first; undefined: no change. The
 * capacity keeps the metric at its target: rounded up, so that scaling in is the more careful.
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 */
export const trackedCapacity = (
  { TargetValue: target, DisableScaleIn: noScaleIn = false }: TargetTrackingScalingPolicyConfiguration,
  current: number,
  values: readonly number[],
): Wish | undefined => {
  const recent = values.slice(-minutesOut)
  const latest = values.at(-1)
  if (latest === undefined) return undefined
  if (recent.length === minutesOut && recent.every(value => value > target)) {
    return { capacity: Math.max(current + 1, Math.ceil(fine((current * latest) / target))), alarm: 'AlarmHigh' }
  }
  const long = values.slice(-minutesIn)
  if (noScaleIn || long.length < minutesIn || !long.every(value => value < target * shareIn)) return undefined
  const capacity = Math.ceil(fine((current * Math.max(...long)) / target))
  return capacity < current ? { capacity, alarm: 'AlarmLow' } : undefined
}

/** Without what binary fractions add. */
const fine = (value: number): number => Math.round(value * 1e6) / 1e6
