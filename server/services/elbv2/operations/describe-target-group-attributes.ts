import type { DescribeTargetGroupAttributesInput, DescribeTargetGroupAttributesOutput } from '../../../aws/generated/elbv2.ts'
import { allAttributes } from '../../../domain/elbv2/attributes.ts'
import { targetGroupAttributeRules } from '../../../domain/elbv2/target-group-attributes.ts'
import type { Elbv2Context } from '../context.ts'
import { findTargetGroup } from '../find.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroupAttributes.html */
export function describeTargetGroupAttributes(
  context: Elbv2Context,
  input: DescribeTargetGroupAttributesInput,
): DescribeTargetGroupAttributesOutput {
  const { targetGroup, attributes } = findTargetGroup(context, input.TargetGroupArn)
  return { Attributes: allAttributes(targetGroupAttributeRules(targetGroup).rules, attributes) }
}
