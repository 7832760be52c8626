// Differs from AWS: a transform rewrites the first place that its expression finds, in the host without its port or in path and query; authenticate-cognito needs a backend that has Cognito, without which a login ends with 500, and jwt-validation asks for all values of an additional claim; a regular expression that looks around or back is never met. The session cookie of an application, for stickiness, is not asked for: targets are remembered from the first answer on.
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateRuleInput, CreateRuleOutput } from '../../../aws/generated/elbv2.ts'
import { readActions } from '../../../domain/elbv2/actions.ts'
import { ruleArn } from '../../../domain/elbv2/arns.ts'
import { readConditions } from '../../../domain/elbv2/conditions.ts'
import { quotas } from '../../../domain/elbv2/quotas.ts'
import { invalidConfiguration } from '../../../domain/elbv2/refusals.ts'
import { withTags } from '../../../domain/elbv2/tags.ts'
import { checkTransforms } from '../../../domain/elbv2/transforms.ts'
import { sameJson } from '../../../domain/same-json.ts'
import { type RuleRow, listeners, rules } from '../../../store/elbv2-tables.ts'
import { type Elbv2Context, newId } from '../context.ts'
import { findListener, findLoadBalancer } from '../find.ts'
import { checkForwarding } from '../forwarding.ts'
import { putRule } from '../../../store/rule-uses.ts'
import { showRule } from '../show.ts'

/**
 * Makes a rule of an Application Load Balancer's listener. A second call with the same settings answers the one that is
 * there; PriorityInUse is thrown where only the priority is the same.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
 */
export async function createRule(context: Elbv2Context, input: CreateRuleInput): Promise<CreateRuleOutput> {
  const tags = withTags([], input.Tags ?? [])
  const { row, groups } = await context.store.commit(transaction => {
    const { listener, scope } = findListener(context, input.ListenerArn)
    const balancer = findLoadBalancer(context, listener.LoadBalancerArn)
    const { Type: type, LoadBalancerArn: loadBalancerArn } = balancer.loadBalancer
    if (type !== 'application') throw invalidConfiguration(`Rules are not supported for listeners of load balancers with type '${type}'`)
    const Conditions = readConditions(input.Conditions)
    const Actions = readActions(input.Actions, { protocol: listener.Protocol })
    const Transforms = input.Transforms ?? []
    checkTransforms(Transforms)
    const wanted = { Priority: String(input.Priority), Conditions, Actions, Transforms, IsDefault: false }
    const existing = ruleWith(context, input)
    if (existing !== undefined) {
      const { RuleArn: _, ...has } = existing.rule
      if (sameJson(has, wanted)) return { row: existing, groups: [] }
      throw new ServiceError('PriorityInUseException', `Priority '${input.Priority}' is currently in use`)
    }
    checkForwarding(context, balancer, listener, Actions)
    checkQuota(context, loadBalancerArn)
    const rule = { RuleArn: ruleArn(input.ListenerArn, newId(context)), ...wanted }
    const made: RuleRow = { scope, listenerArn: input.ListenerArn, loadBalancerArn, rule, tags }
    return { row: made, groups: putRule(context, transaction, made) }
  })
  context.wake('load-balancer', row.loadBalancerArn)
  for (const group of groups) context.wake('target-group', group)
  return { Rules: [showRule(row)] }
}

function ruleWith({ store }: Elbv2Context, { ListenerArn, Priority }: CreateRuleInput): RuleRow | undefined {
  for (const row of store.table(rules).by('listener', ListenerArn)) if (row.rule.Priority === String(Priority)) return row
  return undefined
}

/** Default rules do not count. */
function checkQuota({ store }: Elbv2Context, loadBalancerArn: string): void {
  const most = quotas['rules-per-application-load-balancer']
  let count = 0
  for (const { listener } of store.table(listeners).by('loadBalancer', loadBalancerArn)) {
    count += store.table(rules).count('listener', listener.ListenerArn) - 1
  }
  if (count < most) return
  throw new ServiceError('TooManyRulesException', `A load balancer can have at most ${most} rules, not counting default rules`)
}
