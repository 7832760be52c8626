import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteLoadBalancerInput, DeleteLoadBalancerOutput } from '../../../aws/generated/elbv2.ts'
import { isAt } from '../../../domain/elbv2/arns.ts'
import { isGone } from '../../../domain/elbv2/target-health.ts'
import { listeners, loadBalancers, targets } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { checkArn } from '../find.ts'
import { removeListener } from '../../../store/listener-removal.ts'

/**
 * Deletes a load balancer with its listeners and rules; its target groups stay. One that is not there is none to delete,
 * which is no error.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
 */
export async function deleteLoadBalancer(context: Elbv2Context, input: DeleteLoadBalancerInput): Promise<DeleteLoadBalancerOutput> {
  const arn = input.LoadBalancerArn
  checkArn('load balancer', arn)
  if (!isAt(arn, context)) return {}
  const groups = await context.store.commit(transaction => {
    const row = context.store.table(loadBalancers).get(arn)
    if (row === undefined) return []
    if (row.attributes['deletion_protection.enabled'] === 'true') {
      throw new ServiceError(
        'OperationNotPermittedException',
        `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
      )
    }
    const now = context.clock.now()
    if ([...context.store.table(targets).by('id', arn)].some(target => !isGone(target, now))) {
      throw new ServiceError(
        'ResourceInUseException',
        `Load balancer '${arn}' cannot be deleted because it is currently associated with another service`,
      )
    }
    const own = [...context.store.table(listeners).by('loadBalancer', arn)]
    transaction.remove(loadBalancers, arn)
    return own.flatMap(listener => removeListener(context, transaction, listener))
  })
  context.wake('load-balancer', arn)
  for (const group of new Set(groups)) context.wake('target-group', group)
  return {}
}
