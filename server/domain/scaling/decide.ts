// What becomes of a service's desired count: pure, from what its policies want.
import type { NotScaledReason } from '../../aws/generated/application-autoscaling.ts'
import type { ScalableTargetRow } from '../../store/autoscaling-tables.ts'

/** What a policy wants, and why. */
export interface PolicyWish {
  readonly capacity: number
  /** The capacity that it was reckoned from. */
  readonly from: number
  readonly cause: string
  /** Seconds. */
  readonly cooldown: { readonly out: number; readonly in: number }
}

export interface ScalingFacts {
  readonly row: ScalableTargetRow
  readonly current: number
  /** What policies want; those that want no change are left out. */
  readonly wishes: readonly PolicyWish[]
  /** A policy wants the capacity kept or raised: nothing is scaled in then. */
  readonly isHeld: boolean
  /** A deployment is going on: nothing is scaled in. */
  readonly isDeploying: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

export type Decision =
  | { readonly is: 'scaled'; readonly from: number; readonly to: number; readonly cause: string }
  | { readonly is: 'not-scaled'; readonly cause: string; readonly reason: NotScaledReason }
  | { readonly is: 'nothing' }

/**
 * Scaling out goes as far as the boldest policy wants, scaling in only where all agree. While a cooldown lasts, only more
 * than was added before is added, and nothing is taken.
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
 */
export const decide = ({ row, current, wishes, isHeld, isDeploying, now }: ScalingFacts): Decision => {
  const { MinCapacity: least, MaxCapacity: most, SuspendedState: suspended } = row.target
  const boldest = wishes.toSorted((one, other) => other.capacity - one.capacity)[0]
  if (boldest === undefined) return { is: 'nothing' }
  const { cause, cooldown, from } = boldest
  if (boldest.capacity > current) {
    if (suspended?.DynamicScalingOutSuspended === true) return { is: 'nothing' }
    const last = row.lastScaleOut
    const isCooling = last !== undefined && now < last.at + cooldown.out * 1000
    // What the activity that cools down added counts towards what is wanted now.
    if (isCooling && boldest.capacity <= last.to) return { is: 'nothing' }
    const to = Math.min(most, Math.max(least, boldest.capacity))
    if (to > current) return { is: 'scaled', from, to, cause }
    return { is: 'not-scaled', cause, reason: { Code: 'AlreadyAtMaxCapacity', MaxCapacity: most, CurrentCapacity: current } }
  }
  if (boldest.capacity === current || isHeld || isDeploying || suspended?.DynamicScalingInSuspended === true) return { is: 'nothing' }
  const times = [row.lastScaleOut?.at, row.lastScaleIn?.at].flatMap(time => time ?? [])
  if (times.some(time => now < time + cooldown.in * 1000)) return { is: 'nothing' }
  const to = Math.min(most, Math.max(least, boldest.capacity))
  if (to < current) return { is: 'scaled', from, to, cause }
  return { is: 'not-scaled', cause, reason: { Code: 'AlreadyAtMinCapacity', MinCapacity: least, CurrentCapacity: current } }
}
