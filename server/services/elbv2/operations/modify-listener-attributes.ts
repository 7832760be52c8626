// Differs from AWS: routing.http.response.server.enabled is kept only.
import type { ModifyListenerAttributesInput, ModifyListenerAttributesOutput } from '../../../aws/generated/elbv2.ts'
import { allAttributes, readAttributes } from '../../../domain/elbv2/attributes.ts'
import { listeners } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findListener } from '../find.ts'
import { attributeRulesOf } from '../listener-kind.ts'

/**
 * Sets attributes and answers all that there are.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListenerAttributes.html
 */
export async function modifyListenerAttributes(
  context: Elbv2Context,
  input: ModifyListenerAttributesInput,
): Promise<ModifyListenerAttributesOutput> {
  const { balancer, shown } = await context.store.commit(transaction => {
    const row = findListener(context, input.ListenerArn)
    const rules = attributeRulesOf(context, row)
    const attributes = { ...row.attributes, ...readAttributes(input.Attributes, rules) }
    transaction.put(listeners, { ...row, attributes })
    return { balancer: row.listener.LoadBalancerArn, shown: allAttributes(rules.rules, attributes) }
  })
  context.wake('load-balancer', balancer)
  return { Attributes: shown }
}
