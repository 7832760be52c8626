import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeTargetGroupsInput, DescribeTargetGroupsOutput } from '../../../aws/generated/elbv2.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { type TargetGroupRow, nameKey, targetGroupUses, targetGroups } from '../../../store/elbv2-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer, findTargetGroup } from '../find.ts'
import { listPage, sortedAfter } from '../list-page.ts'
import { showTargetGroup } from '../show.ts'

const arnOf = (row: TargetGroupRow): string => row.targetGroup.TargetGroupArn

/**
 * Describes target groups: all, or those that are named, given by ARN or used by a load balancer.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html
 */
export function describeTargetGroups(context: Elbv2Context, input: DescribeTargetGroupsInput): DescribeTargetGroupsOutput {
  const { TargetGroupArns: arns = [], Names: names = [], LoadBalancerArn: ofLoadBalancer } = input
  const ways = [arns.length > 0, names.length > 0, ofLoadBalancer !== undefined].filter(Boolean).length
  if (ways > 1) {
    throw validationError('Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time')
  }
  const scope = scopeOf(context.account, context.region)
  const chosen = ways === 0 ? undefined : choose(context, scope, { arns, names, ofLoadBalancer })
  const { rows, nextMarker } = listPage({
    operation: 'DescribeTargetGroups',
    filters: [scope, ofLoadBalancer, ...arns, ...names],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: chosen === undefined ? after => context.store.table(targetGroups).by('scope', scope, after) : sortedAfter(chosen, arnOf),
    orderOf: arnOf,
  })
  return { TargetGroups: rows.map(row => showTargetGroup(context.store, row)), NextMarker: nextMarker }
}

interface Choice {
  readonly arns: readonly string[]
  readonly names: readonly string[]
  readonly ofLoadBalancer: string | undefined
}

function choose(context: Elbv2Context, scope: string, { arns, names, ofLoadBalancer }: Choice): readonly TargetGroupRow[] {
  if (ofLoadBalancer !== undefined) {
    findLoadBalancer(context, ofLoadBalancer)
    const uses = context.store.table(targetGroupUses).by('loadBalancer', ofLoadBalancer)
    return [...new Set([...uses].map(use => use.targetGroupArn))].map(arn => findTargetGroup(context, arn))
  }
  if (arns.length > 0) return [...new Set(arns)].map(arn => findTargetGroup(context, arn))
  return [...new Set(names)].map(name => {
    const [row] = context.store.table(targetGroups).by('name', nameKey(scope, name))
    if (row === undefined) throw new ServiceError('TargetGroupNotFoundException', 'One or more target groups not found')
    return row
  })
}
