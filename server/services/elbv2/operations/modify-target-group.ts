import type { ModifyTargetGroupInput, ModifyTargetGroupOutput } from '../../../aws/generated/elbv2.ts'
import { healthCheckOf } from '../../../domain/elbv2/health-check.ts'
import { targetGroups } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTargetGroup } from '../find.ts'
import { showTargetGroup } from '../show.ts'

/**
 * Changes how targets are checked; what is not given stays.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroup.html
 */
export async function modifyTargetGroup(context: Elbv2Context, input: ModifyTargetGroupInput): Promise<ModifyTargetGroupOutput> {
  const row = await context.store.commit(transaction => {
    const found = findTargetGroup(context, input.TargetGroupArn)
    const { targetGroup } = found
    const changed = { ...found, targetGroup: { ...targetGroup, ...healthCheckOf(targetGroup, input, targetGroup) } }
    transaction.put(targetGroups, changed)
    return changed
  })
  context.wake('target-group', input.TargetGroupArn)
  return { TargetGroups: [showTargetGroup(context.store, row)] }
}
