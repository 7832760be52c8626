import type { DeregisterScalableTargetRequest, DeregisterScalableTargetResponse } from '../../../aws/generated/application-autoscaling.ts'
import { scalableTargets, scalingPolicies, scheduledActions } from '../../../store/autoscaling-tables.ts'
import { checkTarget, findTarget } from '../check-target.ts'
import type { ScalingContext } from '../context.ts'
import { targetNotFound } from '../errors.ts'

/**
 * Removes a scalable target, and with it its policies and scheduled actions.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
 */
export async function deregisterScalableTarget(
  context: ScalingContext,
  input: DeregisterScalableTargetRequest,
): Promise<DeregisterScalableTargetResponse> {
  checkTarget(input)
  const { store } = context
  await store.commit(transaction => {
    const row = findTarget(context, input)
    if (row === undefined) throw targetNotFound(input)
    const key = scalableTargets.key(row)
    // Gathered first: what is removed leaves the index that is read.
    const policies = [...store.table(scalingPolicies).by('target', key)]
    const actions = [...store.table(scheduledActions).by('target', key)]
    for (const policy of policies) transaction.remove(scalingPolicies, scalingPolicies.key(policy))
    for (const action of actions) transaction.remove(scheduledActions, scheduledActions.key(action))
    transaction.remove(scalableTargets, key)
  })
  return {}
}
