import type { TargetGroupRow, TargetHealthRow, TargetRow } from '../../../store/elbv2-tables.ts'

export interface RegisteredTarget {
  readonly row: TargetRow
  /** What its health checks found; undefined before the first. */
  readonly health: TargetHealthRow | undefined
}

const minimum = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets'

/**
 * The targets of a group that get requests: its healthy ones, or all when there are fewer of these than the group's
 * attributes ask for, one unless they say otherwise. Those that drain get none.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export function eligibleTargets(
  { targetGroup, attributes }: Pick<TargetGroupRow, 'targetGroup' | 'attributes'>,
  registered: readonly RegisteredTarget[],
): readonly RegisteredTarget[] {
  const serving = registered.filter(({ row }) => row.drainingUntil === undefined)
  if (!targetGroup.HealthCheckEnabled) return serving
  const healthy = serving.filter(({ health }) => health?.state === 'healthy')
  const count = Number(attributes[`${minimum}.count`] ?? 1)
  const percentage = Number(attributes[`${minimum}.percentage`] ?? 0) || 0
  const isEnough = healthy.length >= count && healthy.length * 100 >= serving.length * percentage
  return isEnough ? healthy : serving
}
