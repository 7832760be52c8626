import type { ModifyTargetGroupAttributesInput, ModifyTargetGroupAttributesOutput } from '../../../aws/generated/elbv2.ts'
import { allAttributes, readAttributes } from '../../../domain/elbv2/attributes.ts'
import { checkTargetGroupAttributes, targetGroupAttributeRules } from '../../../domain/elbv2/target-group-attributes.ts'
import { targetGroups } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTargetGroup } from '../find.ts'

/**
 * Sets attributes and answers all that there are.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroupAttributes.html
 */
export async function modifyTargetGroupAttributes(
  context: Elbv2Context,
  input: ModifyTargetGroupAttributesInput,
): Promise<ModifyTargetGroupAttributesOutput> {
  const answer = await context.store.commit(transaction => {
    const row = findTargetGroup(context, input.TargetGroupArn)
    const rules = targetGroupAttributeRules(row.targetGroup)
    const attributes = { ...row.attributes, ...readAttributes(input.Attributes, rules) }
    const all = allAttributes(rules.rules, attributes)
    checkTargetGroupAttributes(row.targetGroup, new Map(all.map(({ Key, Value }) => [Key, Value])))
    transaction.put(targetGroups, { ...row, attributes })
    return { Attributes: all }
  })
  context.wake('target-group', input.TargetGroupArn)
  return answer
}
