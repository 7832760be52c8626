import type { DescribeListenerAttributesInput, DescribeListenerAttributesOutput } from '../../../aws/generated/elbv2.ts'
import { allAttributes } from '../../../domain/elbv2/attributes.ts'
import type { Elbv2Context } from '../context.ts'
import { findListener } from '../find.ts'
import { attributeRulesOf } from '../listener-kind.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerAttributes.html */
export function describeListenerAttributes(
  context: Elbv2Context,
  input: DescribeListenerAttributesInput,
): DescribeListenerAttributesOutput {
  const row = findListener(context, input.ListenerArn)
  return { Attributes: allAttributes(attributeRulesOf(context, row).rules, row.attributes) }
}
