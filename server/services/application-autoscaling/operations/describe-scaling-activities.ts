// Differs from AWS: only ECS services are scaled. A policy that nothing here measures for is told of by one failed activity.
import { epochSeconds } from '../../../../shared/clock.ts'
import type { DescribeScalingActivitiesRequest, DescribeScalingActivitiesResponse } from '../../../aws/generated/application-autoscaling.ts'
import { scalingActivities, serviceNamespaceKey } from '../../../store/autoscaling-tables.ts'
import type { ScalingActivityRow } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { ScalingContext } from '../context.ts'
import { listPage } from '../list-page.ts'

const sixWeeksMs = 6 * 7 * 24 * 3_600_000

/**
 * What was scaled in the last six weeks, the newest first. Attempts that scaled nothing are shown when they are asked for.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html
 */
export function describeScalingActivities(
  context: ScalingContext,
  input: DescribeScalingActivitiesRequest,
): DescribeScalingActivitiesResponse {
  const { ResourceId: resourceId, ScalableDimension: dimension, IncludeNotScaledActivities: withNotScaled = false } = input
  const namespace = serviceNamespaceKey(scopeOf(context.account, context.region), input.ServiceNamespace)
  const since = epochSeconds(context.clock.now() - sixWeeksMs)
  const { rows, NextToken } = listPage<ScalingActivityRow>({
    operation: 'DescribeScalingActivities',
    filters: [namespace, resourceId, dimension, String(withNotScaled)],
    input,
    hasResource: resourceId !== undefined,
    mostResults: 50,
    rows: after => context.store.table(scalingActivities).by('serviceNamespace', namespace, after),
    isWanted: ({ activity }) =>
      activity.StartTime >= since &&
      (resourceId === undefined || activity.ResourceId === resourceId) &&
      (dimension === undefined || activity.ScalableDimension === dimension) &&
      (withNotScaled || activity.NotScaledReasons === undefined),
    orderOf: row => scalingActivities.order?.(row) ?? scalingActivities.key(row),
  })
  return { ScalingActivities: rows.map(row => row.activity), NextToken }
}
