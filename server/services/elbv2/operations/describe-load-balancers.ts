import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeLoadBalancersInput, DescribeLoadBalancersOutput } from '../../../aws/generated/elbv2.ts'
import { checkCount, validationError } from '../../../domain/elbv2/refusals.ts'
import { type LoadBalancerRow, loadBalancers, nameKey } from '../../../store/elbv2-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'
import { listPage, sortedAfter } from '../list-page.ts'

const mostNamed = 20
const arnOf = (row: LoadBalancerRow): string => row.loadBalancer.LoadBalancerArn

/**
 * Describes load balancers: all, or those that are named or given by ARN.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
 */
export function describeLoadBalancers(context: Elbv2Context, input: DescribeLoadBalancersInput): DescribeLoadBalancersOutput {
  const { LoadBalancerArns: arns = [], Names: names = [] } = input
  const scope = scopeOf(context.account, context.region)
  if (arns.length > 0 && names.length > 0) {
    throw validationError('Load balancer names and load balancer ARNs cannot be specified at the same time')
  }
  checkCount('load balancer ARNs', mostNamed, arns)
  checkCount('load balancer names', mostNamed, names)
  const named = arns.length > 0 ? arns.map(arn => findLoadBalancer(context, arn)) : byNames(context, scope, names)
  const { rows, nextMarker } = listPage({
    operation: 'DescribeLoadBalancers',
    filters: [scope, ...arns, ...names],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows:
      named.length > 0
        ? sortedAfter(new Map(named.map(row => [arnOf(row), row])).values(), arnOf)
        : after => context.store.table(loadBalancers).by('scope', scope, after),
    orderOf: arnOf,
  })
  return { LoadBalancers: rows.map(row => row.loadBalancer), NextMarker: nextMarker }
}

function byNames(context: Elbv2Context, scope: string, names: readonly string[]): readonly LoadBalancerRow[] {
  const table = context.store.table(loadBalancers)
  const found = names.map(name => ({ name, row: [...table.by('name', nameKey(scope, name))][0] }))
  const missing = found.flatMap(({ name, row }) => (row === undefined ? [name] : []))
  if (missing.length > 0) throw new ServiceError('LoadBalancerNotFoundException', `Load balancers '[${missing.join(', ')}]' not found`)
  return found.flatMap(({ row }) => (row === undefined ? [] : [row]))
}
