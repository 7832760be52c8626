import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '../../../aws/generated/ecr.ts'
import type { EcrContext } from '../context.ts'
import { findTagged } from '../tags.ts'

/**
 * A repository's tags.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListTagsForResource.html
 */
export const listTagsForResource = (context: EcrContext, input: ListTagsForResourceRequest): ListTagsForResourceResponse => ({
  tags: findTagged(context, input.resourceArn).tags,
})
