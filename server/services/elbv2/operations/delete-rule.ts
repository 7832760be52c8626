import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteRuleInput, DeleteRuleOutput } from '../../../aws/generated/elbv2.ts'
import type { Elbv2Context } from '../context.ts'
import { findRule } from '../find.ts'
import { removeRule } from '../../../store/rule-uses.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteRule.html */
export async function deleteRule(context: Elbv2Context, input: DeleteRuleInput): Promise<DeleteRuleOutput> {
  const { balancer, groups } = await context.store.commit(transaction => {
    const row = findRule(context, input.RuleArn)
    if (row.rule.IsDefault) throw new ServiceError('OperationNotPermittedException', `Default rule '${input.RuleArn}' cannot be deleted`)
    return { balancer: row.loadBalancerArn, groups: removeRule(context, transaction, input.RuleArn) }
  })
  context.wake('load-balancer', balancer)
  for (const group of groups) context.wake('target-group', group)
  return {}
}
