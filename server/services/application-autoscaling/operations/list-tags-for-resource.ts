import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '../../../aws/generated/application-autoscaling.ts'
import type { ScalingContext } from '../context.ts'
import { findTagged } from '../tags.ts'

/**
 * The tags of a scalable target.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ListTagsForResource.html
 */
export const listTagsForResource = (context: ScalingContext, input: ListTagsForResourceRequest): ListTagsForResourceResponse => ({
  Tags: findTagged(context, input.ResourceARN).tags,
})
