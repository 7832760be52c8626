import type { DeregisterTargetsInput, DeregisterTargetsOutput } from '../../../aws/generated/elbv2.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { deregistered } from '../../../domain/elbv2/deregistration.ts'
import { namedTarget } from '../../../domain/elbv2/targets.ts'
import { type TargetGroupRow, type TargetRow, targetKey, targets } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTargetGroup } from '../find.ts'
import { removeTarget, targetsOf } from '../../../store/registered-targets.ts'
import { isUsed } from '../uses.ts'

/**
 * Deregisters targets: their connections drain for as long as the group's attributes say; at once where no load balancer
 * uses the group. Those that are not registered are passed over. A target named without a port is every target of its id.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html
 */
export async function deregisterTargets(context: Elbv2Context, input: DeregisterTargetsInput): Promise<DeregisterTargetsOutput> {
  if (input.Targets.length === 0) throw validationError('A target must be specified')
  await context.store.commit(transaction => {
    const group = findTargetGroup(context, input.TargetGroupArn)
    const rows = new Set(input.Targets.flatMap(target => registered(context, group, target)))
    const facts = { group, isUsed: isUsed(context.store, input.TargetGroupArn), now: context.clock.now() }
    for (const row of rows) {
      const after = deregistered(row, facts)
      if (after === undefined) removeTarget(transaction, row)
      else if (after !== row) transaction.put(targets, after)
    }
  })
  context.wake('target-group', input.TargetGroupArn)
  return {}
}

function registered(
  context: Elbv2Context,
  { targetGroup }: TargetGroupRow,
  target: DeregisterTargetsInput['Targets'][number],
): readonly TargetRow[] {
  const arn = targetGroup.TargetGroupArn
  if (target.Port === undefined) return targetsOf(context.store, arn).filter(row => row.target.Id === target.Id)
  const row = context.store.table(targets).get(targetKey(arn, namedTarget(target, targetGroup)))
  return row === undefined ? [] : [row]
}
