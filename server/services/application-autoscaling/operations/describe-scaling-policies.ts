import type { DescribeScalingPoliciesRequest, DescribeScalingPoliciesResponse } from '../../../aws/generated/application-autoscaling.ts'
import { scalingPolicies, serviceNamespaceKey } from '../../../store/autoscaling-tables.ts'
import type { ScalingPolicyRow } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { ScalingContext } from '../context.ts'
import { listPage } from '../list-page.ts'

/**
 * The scaling policies of a service namespace, ten a page.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html
 */
export function describeScalingPolicies(context: ScalingContext, input: DescribeScalingPoliciesRequest): DescribeScalingPoliciesResponse {
  const { PolicyNames: names = [], ResourceId: resourceId, ScalableDimension: dimension } = input
  const namespace = serviceNamespaceKey(scopeOf(context.account, context.region), input.ServiceNamespace)
  const { rows, NextToken } = listPage<ScalingPolicyRow>({
    operation: 'DescribeScalingPolicies',
    filters: [namespace, JSON.stringify(names), resourceId, dimension],
    input,
    hasResource: resourceId !== undefined,
    mostResults: 10,
    rows: after => context.store.table(scalingPolicies).by('serviceNamespace', namespace, after),
    isWanted: ({ policy }) =>
      (names.length === 0 || names.includes(policy.PolicyName)) &&
      (resourceId === undefined || policy.ResourceId === resourceId) &&
      (dimension === undefined || policy.ScalableDimension === dimension),
    orderOf: scalingPolicies.key,
  })
  return { ScalingPolicies: rows.map(row => row.policy), NextToken }
}
