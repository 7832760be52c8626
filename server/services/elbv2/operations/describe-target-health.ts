// Differs from AWS: no anomalies are detected and no zone is shifted: all targets are normal, without override.
import type {
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  TargetDescription,
  TargetHealthDescription,
} from '../../../aws/generated/elbv2.ts'
import { healthCheckPortOf, isGone, targetHealthOf } from '../../../domain/elbv2/target-health.ts'
import { familyOf } from '../../../domain/elbv2/target-group-family.ts'
import { namedTarget } from '../../../domain/elbv2/targets.ts'
import { type TargetGroupRow, targetHealth, targetKey, targets } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTargetGroup } from '../find.ts'
import { targetsOf } from '../../../store/registered-targets.ts'
import { isUsed } from '../uses.ts'

/**
 * Tells how targets are: all that are registered or drain, or those that are asked for, be they registered or not.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
 */
export function describeTargetHealth(context: Elbv2Context, input: DescribeTargetHealthInput): DescribeTargetHealthOutput {
  const group = findTargetGroup(context, input.TargetGroupArn)
  const now = context.clock.now()
  const asked = input.Targets ?? []
  const chosen =
    asked.length > 0
      ? asked.map(target => namedTarget(target, group.targetGroup))
      : targetsOf(context.store, input.TargetGroupArn)
          .filter(row => !isGone(row, now))
          .map(row => row.target)
  const inUse = isUsed(context.store, input.TargetGroupArn)
  const include = new Set(input.Include)
  const withAnomalies = include.has('AnomalyDetection') || include.has('All')
  return { TargetHealthDescriptions: chosen.map(target => describe(context, group, target, { inUse, now, withAnomalies })) }
}

interface Circumstances {
  readonly inUse: boolean
  readonly now: number
  readonly withAnomalies: boolean
}

function describe(
  { store }: Elbv2Context,
  { targetGroup }: TargetGroupRow,
  target: TargetDescription,
  { inUse, now, withAnomalies }: Circumstances,
): TargetHealthDescription {
  const key = targetKey(targetGroup.TargetGroupArn, target)
  const row = store.table(targets).get(key)
  const found = store.table(targetHealth).get(key)
  return {
    Target: row?.target ?? target,
    HealthCheckPort: healthCheckPortOf(target, targetGroup),
    TargetHealth: targetHealthOf({ row, found, targetGroup, isUsed: inUse, now }),
    ...(withAnomalies && familyOf(targetGroup) === 'application'
      ? { AnomalyDetection: { Result: 'normal', MitigationInEffect: 'no' } }
      : {}),
    AdministrativeOverride: {
      State: 'no_override',
      Reason: 'AdministrativeOverride.NoOverride',
      Description: 'No override is currently active on target',
    },
  }
}
