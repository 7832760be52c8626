import type { DescribeTagsInput, DescribeTagsOutput } from '../../../aws/generated/elbv2.ts'
import type { Elbv2Context } from '../context.ts'
import { findTagged, resourceArns } from '../tagged.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html */
export const describeTags = (context: Elbv2Context, input: DescribeTagsInput): DescribeTagsOutput => ({
  TagDescriptions: resourceArns(input.ResourceArns).map(arn => ({ ResourceArn: arn, Tags: findTagged(context, arn).tags })),
})
