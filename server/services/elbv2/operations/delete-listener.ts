import type { DeleteListenerInput, DeleteListenerOutput } from '../../../aws/generated/elbv2.ts'
import type { Elbv2Context } from '../context.ts'
import { findListener } from '../find.ts'
import { removeListener } from '../../../store/listener-removal.ts'

/**
 * Deletes a listener with its rules.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteListener.html
 */
export async function deleteListener(context: Elbv2Context, input: DeleteListenerInput): Promise<DeleteListenerOutput> {
  const { balancer, groups } = await context.store.commit(transaction => {
    const row = findListener(context, input.ListenerArn)
    return { balancer: row.listener.LoadBalancerArn, groups: removeListener(context, transaction, row) }
  })
  context.wake('load-balancer', balancer)
  for (const group of new Set(groups)) context.wake('target-group', group)
  return {}
}
