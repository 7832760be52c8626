import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteTargetGroupInput, DeleteTargetGroupOutput } from '../../../aws/generated/elbv2.ts'
import { isAt } from '../../../domain/elbv2/arns.ts'
import { targetGroups } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { checkArn } from '../find.ts'
import { removeTarget, targetsOf } from '../../../store/registered-targets.ts'
import { isUsed } from '../uses.ts'

/**
 * Deletes a target group that no rule forwards to, with its registrations. One that is not there is none to delete, which
 * is no error.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html
 */
export async function deleteTargetGroup(context: Elbv2Context, input: DeleteTargetGroupInput): Promise<DeleteTargetGroupOutput> {
  const arn = input.TargetGroupArn
  checkArn('target group', arn)
  if (!isAt(arn, context)) return {}
  await context.store.commit(transaction => {
    if (context.store.table(targetGroups).get(arn) === undefined) return
    if (isUsed(context.store, arn)) {
      throw new ServiceError('ResourceInUseException', `Target group '${arn}' is currently in use by a listener or a rule`)
    }
    for (const row of targetsOf(context.store, arn)) removeTarget(transaction, row)
    transaction.remove(targetGroups, arn)
  })
  context.wake('target-group', arn)
  return {}
}
