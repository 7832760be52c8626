import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteScalingPolicyRequest, DeleteScalingPolicyResponse } from '../../../aws/generated/application-autoscaling.ts'
import { namedKey, scalingPolicies } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { checkTarget } from '../check-target.ts'
import type { ScalingContext } from '../context.ts'
import { policyWords } from '../errors.ts'

/**
 * Removes a scaling policy.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScalingPolicy.html
 */
export async function deleteScalingPolicy(
  context: ScalingContext,
  input: DeleteScalingPolicyRequest,
): Promise<DeleteScalingPolicyResponse> {
  checkTarget(input)
  const key = namedKey(scopeOf(context.account, context.region), input, input.PolicyName)
  await context.store.commit(transaction => {
    if (context.store.table(scalingPolicies).get(key) === undefined) {
      throw new ServiceError('ObjectNotFoundException', policyWords(input, input.PolicyName))
    }
    transaction.remove(scalingPolicies, key)
  })
  return {}
}
