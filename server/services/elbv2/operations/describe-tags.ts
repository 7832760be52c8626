// Differs from AWS: load balancers and listeners also have a tag that says at which port of this machine they are reached.
import type { DescribeTagsInput, DescribeTagsOutput } from '../../../aws/generated/elbv2.ts'
import type { Elbv2Context } from '../context.ts'
import { portTags } from '../port-tags.ts'
import { findTagged, resourceArns } from '../tagged.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html */
export const describeTags = (context: Elbv2Context, input: DescribeTagsInput): DescribeTagsOutput => ({
  TagDescriptions: resourceArns(input.ResourceArns).map(arn => ({
    ResourceArn: arn,
    Tags: [...findTagged(context, arn).tags, ...portTags(context, arn)],
  })),
})
