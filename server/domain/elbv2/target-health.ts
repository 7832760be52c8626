// What DescribeTargetHealth says of a target.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
import type { TargetDescription, TargetGroup, TargetHealth, TargetHealthReasonEnum } from '../../aws/generated/elbv2.ts'
import type { TargetHealthRow, TargetRow } from '../../store/elbv2-tables.ts'

/** AWS' words for its reasons. Those of failed checks carry what was found, so the checker gives them. */
export const healthDescriptions: Readonly<Partial<Record<TargetHealthReasonEnum, string>>> = {
  'Elb.RegistrationInProgress': 'Target registration is in progress',
  'Elb.InitialHealthChecking': 'Initial health checks in progress',
  'Target.NotRegistered': 'Target is not registered to the target group',
  'Target.NotInUse': 'Target group is not configured to receive traffic from the load balancer',
  'Target.InvalidState': 'Target is in the stopped state',
  'Target.DeregistrationInProgress': 'Target deregistration is in progress',
  'Target.HealthCheckDisabled': 'Health checks are disabled for this target group',
  'Target.Timeout': 'Request timed out',
  'Target.FailedHealthChecks': 'Health checks failed',
}

const health = (State: NonNullable<TargetHealth['State']>, Reason: TargetHealthReasonEnum): TargetHealth => ({
  State,
  Reason,
  Description: healthDescriptions[Reason],
})

export interface TargetFacts {
  /** undefined: not registered. */
  readonly row: TargetRow | undefined
  /** What health checks found; undefined before the first. */
  readonly found: TargetHealthRow | undefined
  readonly targetGroup: Pick<TargetGroup, 'HealthCheckEnabled'>
  /** Whether a rule forwards to the group. */
  readonly isUsed: boolean
  /** Milliseconds. */
  readonly now: number
}

/** A target whose connections drain is not registered any more once they had their time. */
export const isGone = (row: TargetRow, now: number): boolean => row.drainingUntil !== undefined && row.drainingUntil <= now

export function targetHealthOf({ row, found, targetGroup, isUsed, now }: TargetFacts): TargetHealth {
  if (row === undefined || isGone(row, now)) return health('unused', 'Target.NotRegistered')
  if (!isUsed) return health('unused', 'Target.NotInUse')
  if (row.drainingUntil !== undefined) return health('draining', 'Target.DeregistrationInProgress')
  if (targetGroup.HealthCheckEnabled === false) return health('unavailable', 'Target.HealthCheckDisabled')
  if (found === undefined) return health('initial', 'Elb.RegistrationInProgress')
  return { State: found.state, Reason: found.reason, Description: found.description }
}

/** The port that a target's health is checked at. */
export const healthCheckPortOf = (
  target: TargetDescription,
  { HealthCheckPort: port }: Pick<TargetGroup, 'HealthCheckPort'>,
): string | undefined => (port === undefined || port === 'traffic-port' ? target.Port?.toString() : port)
