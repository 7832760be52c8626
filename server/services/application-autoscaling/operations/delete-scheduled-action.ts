import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteScheduledActionRequest, DeleteScheduledActionResponse } from '../../../aws/generated/application-autoscaling.ts'
import { namedKey, scheduledActions } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { checkTarget } from '../check-target.ts'
import type { ScalingContext } from '../context.ts'
import { actionWords } from '../errors.ts'

/**
 * Removes a scheduled action.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScheduledAction.html
 */
export async function deleteScheduledAction(
  context: ScalingContext,
  input: DeleteScheduledActionRequest,
): Promise<DeleteScheduledActionResponse> {
  checkTarget(input)
  const key = namedKey(scopeOf(context.account, context.region), input, input.ScheduledActionName)
  await context.store.commit(transaction => {
    if (context.store.table(scheduledActions).get(key) === undefined) {
      throw new ServiceError('ObjectNotFoundException', actionWords(input, input.ScheduledActionName))
    }
    transaction.remove(scheduledActions, key)
  })
  return {}
}
