import type { DescribeScheduledActionsRequest, DescribeScheduledActionsResponse } from '../../../aws/generated/application-autoscaling.ts'
import { scheduledActions, serviceNamespaceKey } from '../../../store/autoscaling-tables.ts'
import type { ScheduledActionRow } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { ScalingContext } from '../context.ts'
import { listPage } from '../list-page.ts'

/**
 * The scheduled actions of a service namespace.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScheduledActions.html
 */
export function describeScheduledActions(
  context: ScalingContext,
  input: DescribeScheduledActionsRequest,
): DescribeScheduledActionsResponse {
  const { ScheduledActionNames: names = [], ResourceId: resourceId, ScalableDimension: dimension } = input
  const namespace = serviceNamespaceKey(scopeOf(context.account, context.region), input.ServiceNamespace)
  const { rows, NextToken } = listPage<ScheduledActionRow>({
    operation: 'DescribeScheduledActions',
    filters: [namespace, JSON.stringify(names), resourceId, dimension],
    input,
    hasResource: resourceId !== undefined,
    mostResults: 50,
    rows: after => context.store.table(scheduledActions).by('serviceNamespace', namespace, after),
    isWanted: ({ action }) =>
      (names.length === 0 || names.includes(action.ScheduledActionName)) &&
      (resourceId === undefined || action.ResourceId === resourceId) &&
      (dimension === undefined || action.ScalableDimension === dimension),
    orderOf: scheduledActions.key,
  })
  return { ScheduledActions: rows.map(row => row.action), NextToken }
}
