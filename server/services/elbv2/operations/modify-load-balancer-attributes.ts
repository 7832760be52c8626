// Differs from AWS: buckets for logs are not asked whether the load balancer may write to them, sizes in access logs are those of bodies, and connection logs, health check logs and logs of Network Load Balancers are kept only; zonal shift, WAF fail-open, preserve_host_header, drop_invalid_header_fields, desync_mitigation_mode, client_keep_alive, DNS client routing and secondary addresses are kept only.
import type { ModifyLoadBalancerAttributesInput, ModifyLoadBalancerAttributesOutput } from '../../../aws/generated/elbv2.ts'
import { allAttributes, readAttributes } from '../../../domain/elbv2/attributes.ts'
import { checkLoadBalancerAttributes, loadBalancerAttributeRules } from '../../../domain/elbv2/load-balancer-attributes.ts'
import { loadBalancers } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'

/**
 * Sets attributes and answers all that there are.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html
 */
export async function modifyLoadBalancerAttributes(
  context: Elbv2Context,
  input: ModifyLoadBalancerAttributesInput,
): Promise<ModifyLoadBalancerAttributesOutput> {
  const answer = await context.store.commit(transaction => {
    const row = findLoadBalancer(context, input.LoadBalancerArn)
    const rules = loadBalancerAttributeRules(row.loadBalancer.Type, row.loadBalancer)
    const attributes = { ...row.attributes, ...readAttributes(input.Attributes, rules) }
    checkLoadBalancerAttributes(row.loadBalancer.Type, attributes, row.attributes)
    transaction.put(loadBalancers, { ...row, attributes })
    return { Attributes: allAttributes(rules.rules, attributes) }
  })
  context.wake('load-balancer', input.LoadBalancerArn)
  return answer
}
