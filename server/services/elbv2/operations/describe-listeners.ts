import type { DescribeListenersInput, DescribeListenersOutput } from '../../../aws/generated/elbv2.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { type ListenerRow, listeners } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findListener, findLoadBalancer } from '../find.ts'
import { listPage, sortedAfter } from '../list-page.ts'
import { showListener } from '../show.ts'

const arnOf = (row: ListenerRow): string => row.listener.ListenerArn

/**
 * Describes a load balancer's listeners, or those given by ARN.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html
 */
export function describeListeners(context: Elbv2Context, input: DescribeListenersInput): DescribeListenersOutput {
  const { LoadBalancerArn: balancer, ListenerArns: arns = [] } = input
  if (balancer === undefined && arns.length === 0) throw validationError('You must specify either listener ARNs or a load balancer ARN')
  if (balancer !== undefined && arns.length > 0) {
    throw validationError('Listener ARNs and a load balancer ARN cannot be specified at the same time')
  }
  if (balancer !== undefined) findLoadBalancer(context, balancer)
  const named = [...new Set(arns)].map(arn => findListener(context, arn))
  const { rows, nextMarker } = listPage({
    operation: 'DescribeListeners',
    filters: [balancer, ...arns],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: balancer === undefined ? sortedAfter(named, arnOf) : after => context.store.table(listeners).by('loadBalancer', balancer, after),
    orderOf: arnOf,
  })
  return { Listeners: rows.map(row => showListener(context.store, row)), NextMarker: nextMarker }
}
