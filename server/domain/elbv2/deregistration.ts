// What becomes of a target that is deregistered.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
import type { TargetGroupRow, TargetRow } from '../../store/elbv2-tables.ts'

export interface DeregistrationFacts {
  /** undefined: deleted. */
  readonly group: TargetGroupRow | undefined
  /** Whether a rule forwards to the group. */
  readonly isUsed: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * The target as it drains; undefined where there is nothing to drain, so that it goes at once. One that drains already
 * stays as it is.
 */
export const deregistered = (row: TargetRow, { group, isUsed, now }: DeregistrationFacts): TargetRow | undefined => {
  if (row.drainingUntil !== undefined) return row
  const delayMs = group === undefined || !isUsed ? 0 : deregistrationDelayMs(group)
  return delayMs === 0 ? undefined : { ...row, drainingUntil: now + delayMs }
}

/** Functions have no connections that drain. */
const deregistrationDelayMs = ({ targetGroup, attributes }: TargetGroupRow): number =>
  targetGroup.TargetType === 'lambda' ? 0 : Number(attributes['deregistration_delay.timeout_seconds'] ?? 300) * 1000
