import type { DescribeScalableTargetsRequest, DescribeScalableTargetsResponse } from '../../../aws/generated/application-autoscaling.ts'
import { scalableTargets, serviceNamespaceKey } from '../../../store/autoscaling-tables.ts'
import type { ScalableTargetRow } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { ScalingContext } from '../context.ts'
import { listPage } from '../list-page.ts'

/**
 * The scalable targets of a service namespace.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
 */
export function describeScalableTargets(context: ScalingContext, input: DescribeScalableTargetsRequest): DescribeScalableTargetsResponse {
  const { ResourceIds: ids = [], ScalableDimension: dimension } = input
  const namespace = serviceNamespaceKey(scopeOf(context.account, context.region), input.ServiceNamespace)
  const { rows, NextToken } = listPage<ScalableTargetRow>({
    operation: 'DescribeScalableTargets',
    filters: [namespace, JSON.stringify(ids), dimension],
    input,
    hasResource: ids.length > 0,
    mostResults: 50,
    rows: after => context.store.table(scalableTargets).by('serviceNamespace', namespace, after),
    isWanted: ({ target }) =>
      (ids.length === 0 || ids.includes(target.ResourceId)) && (dimension === undefined || target.ScalableDimension === dimension),
    orderOf: scalableTargets.key,
  })
  return { ScalableTargets: rows.map(row => row.target), NextToken }
}
