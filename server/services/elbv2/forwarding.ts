// A rule's actions point to target groups: what has to be there.
import { ServiceError } from '../../aws/errors.ts'
import type { Action, Listener } from '../../aws/generated/elbv2.ts'
import { targetGroupsOf } from '../../domain/elbv2/actions.ts'
import { checkAlike, checkCompatible } from '../../domain/elbv2/compatibility.ts'
import { quotas } from '../../domain/elbv2/quotas.ts'
import { type LoadBalancerRow, type TargetGroupRow, targetGroupUses, targets } from '../../store/elbv2-tables.ts'
import type { Elbv2Context } from './context.ts'
import { findTargetGroup } from './find.ts'
import { loadBalancersOf } from './uses.ts'

/** Throws where the target groups of actions are not there, do not fit the listener or belong to another load balancer. */
export function checkForwarding(
  context: Elbv2Context,
  { loadBalancer, isNetworkKnown }: LoadBalancerRow,
  listener: Pick<Listener, 'Protocol'>,
  actions: readonly Action[],
): void {
  const rows = targetGroupsOf(actions).map(arn => findTargetGroup(context, arn))
  const groups = rows.map(row => row.targetGroup)
  checkCompatible({ ...loadBalancer, isNetworkKnown }, listener, groups)
  checkAlike(groups)
  checkFree(context, loadBalancer.LoadBalancerArn, rows)
  checkQuotas(context, loadBalancer, rows)
}

function checkFree({ store }: Elbv2Context, loadBalancerArn: string, rows: readonly TargetGroupRow[]): void {
  const taken = rows.filter(({ targetGroup }) => loadBalancersOf(store, targetGroup.TargetGroupArn).some(arn => arn !== loadBalancerArn))
  if (taken.length === 0) return
  const arns = taken.map(({ targetGroup }) => targetGroup.TargetGroupArn).join(', ')
  throw new ServiceError(
    'TargetGroupAssociationLimitException',
    `The following target groups cannot be associated with more than one load balancer: ${arns}`,
  )
}

/** Of a load balancer's target groups and of the targets in them. */
function checkQuotas(
  { store }: Elbv2Context,
  { LoadBalancerArn: loadBalancerArn, Type }: LoadBalancerRow['loadBalancer'],
  rows: readonly TargetGroupRow[],
): void {
  const most = quotas['target-groups-per-application-load-balancer']
  const arns = new Set([...store.table(targetGroupUses).by('loadBalancer', loadBalancerArn)].map(use => use.targetGroupArn))
  for (const { targetGroup } of rows) arns.add(targetGroup.TargetGroupArn)
  if (arns.size > most) {
    throw new ServiceError(
      'TooManyUniqueTargetGroupsPerLoadBalancerException',
      `A load balancer can have at most ${most} unique target groups`,
    )
  }
  const mostTargets = quotas[Type === 'network' ? 'targets-per-network-load-balancer' : 'targets-per-application-load-balancer']
  const count = [...arns].reduce((sum, arn) => sum + store.table(targets).count('targetGroup', arn), 0)
  if (count > mostTargets) throw new ServiceError('TooManyTargetsException', `A load balancer can have at most ${mostTargets} targets`)
}
