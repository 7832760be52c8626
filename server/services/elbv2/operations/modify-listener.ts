// Differs from AWS: without a backend certificates are taken by the form of their ARN; whether one is issued is not asked. authenticate-cognito needs a backend that has Cognito.
import type { ModifyListenerInput, ModifyListenerOutput } from '../../../aws/generated/elbv2.ts'
import { readActions } from '../../../domain/elbv2/actions.ts'
import { listenerSettings } from '../../../domain/elbv2/listener-settings.ts'
import { listeners, rules } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { checkCertificates } from '../certificates.ts'
import { findListener, findLoadBalancer } from '../find.ts'
import { checkForwarding } from '../forwarding.ts'
import { putRule } from '../../../store/rule-uses.ts'
import { checkMutual, checkPortFree } from '../listener-checks.ts'
import { showListener } from '../show.ts'

/**
 * Changes a listener; what is not given stays. From a secure protocol to one that is not, certificates and security policy go.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html
 */
export async function modifyListener(context: Elbv2Context, input: ModifyListenerInput): Promise<ModifyListenerOutput> {
  findListener(context, input.ListenerArn)
  await checkCertificates(context, input.Certificates)
  const { row, groups } = await context.store.commit(transaction => {
    const found = findListener(context, input.ListenerArn)
    const { ListenerArn, LoadBalancerArn } = found.listener
    const balancer = findLoadBalancer(context, LoadBalancerArn)
    const settings = listenerSettings(balancer.loadBalancer, input, found.listener)
    checkPortFree(context.store, LoadBalancerArn, settings, ListenerArn)
    checkMutual(context.store, LoadBalancerArn, settings, ListenerArn)
    const defaultRule = context.store.table(rules).get(found.defaultRuleArn)
    if (defaultRule === undefined) throw new Error(`listener ${ListenerArn} has no default rule`)
    const before = defaultRule.rule.Actions
    const actions = input.DefaultActions?.length
      ? readActions(input.DefaultActions, { protocol: settings.Protocol, before })
      : (before ?? [])
    // A changed protocol has to suit every rule, whether its actions change or not.
    for (const { rule } of context.store.table(rules).by('listener', ListenerArn)) {
      checkForwarding(context, balancer, settings, (rule.IsDefault ? actions : rule.Actions) ?? [])
    }
    const isSecure = settings.Certificates !== undefined
    const changed = {
      ...found,
      listener: { ListenerArn, LoadBalancerArn, ...settings },
      certificates: isSecure ? found.certificates : [],
    }
    transaction.put(listeners, changed)
    const used = putRule(context, transaction, { ...defaultRule, rule: { ...defaultRule.rule, Actions: actions } })
    return { row: changed, groups: used }
  })
  context.wake('load-balancer', row.listener.LoadBalancerArn)
  for (const group of groups) context.wake('target-group', group)
  return { Listeners: [showListener(context.store, row)] }
}
