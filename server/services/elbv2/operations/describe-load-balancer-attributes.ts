import type { DescribeLoadBalancerAttributesInput, DescribeLoadBalancerAttributesOutput } from '../../../aws/generated/elbv2.ts'
import { allAttributes } from '../../../domain/elbv2/attributes.ts'
import { loadBalancerAttributeRules } from '../../../domain/elbv2/load-balancer-attributes.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancerAttributes.html */
export function describeLoadBalancerAttributes(
  context: Elbv2Context,
  input: DescribeLoadBalancerAttributesInput,
): DescribeLoadBalancerAttributesOutput {
  const { loadBalancer, attributes } = findLoadBalancer(context, input.LoadBalancerArn)
  const { rules } = loadBalancerAttributeRules(loadBalancer.Type, loadBalancer)
  return { Attributes: allAttributes(rules, attributes) }
}
