// Differs from AWS: a transform rewrites the first place that its expression finds; authenticate-cognito needs a backend that has Cognito; jwt-validation asks for all values of an additional claim.
import { ServiceError } from '../../../aws/errors.ts'
import type { ModifyRuleInput, ModifyRuleOutput } from '../../../aws/generated/elbv2.ts'
import { readActions } from '../../../domain/elbv2/actions.ts'
import { readConditions } from '../../../domain/elbv2/conditions.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { checkTransforms } from '../../../domain/elbv2/transforms.ts'
import type { Elbv2Context } from '../context.ts'
import { findListener, findLoadBalancer, findRule } from '../find.ts'
import { checkForwarding } from '../forwarding.ts'
import { putRule } from '../../../store/rule-uses.ts'
import { showRule } from '../show.ts'

/**
 * Replaces a rule's conditions, actions or transforms; what is not given stays.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html
 */
export async function modifyRule(context: Elbv2Context, input: ModifyRuleInput): Promise<ModifyRuleOutput> {
  const { Conditions: conditions = [], Actions: actions = [], Transforms: transforms = [], ResetTransforms: resets = false } = input
  if (conditions.length === 0 && actions.length === 0 && transforms.length === 0 && !resets) {
    throw validationError('Either conditions or actions must be specified')
  }
  if (resets && transforms.length > 0) throw validationError('You cannot both set and reset transforms')
  const { row, groups } = await context.store.commit(transaction => {
    const found = findRule(context, input.RuleArn)
    if (found.rule.IsDefault) {
      throw new ServiceError('OperationNotPermittedException', `Default rule '${input.RuleArn}' cannot be modified`)
    }
    const { listener } = findListener(context, found.listenerArn)
    const before = found.rule.Actions
    const Actions = actions.length > 0 ? readActions(actions, { protocol: listener.Protocol, before }) : (before ?? [])
    const Conditions = conditions.length > 0 ? readConditions(conditions) : found.rule.Conditions
    checkTransforms(transforms)
    const Transforms = resets ? [] : transforms.length > 0 ? transforms : found.rule.Transforms
    checkForwarding(context, findLoadBalancer(context, found.loadBalancerArn), listener, Actions)
    const changed = { ...found, rule: { ...found.rule, Conditions, Actions, Transforms } }
    return { row: changed, groups: putRule(context, transaction, changed) }
  })
  context.wake('load-balancer', row.loadBalancerArn)
  for (const group of groups) context.wake('target-group', group)
  return { Rules: [showRule(row)] }
}
