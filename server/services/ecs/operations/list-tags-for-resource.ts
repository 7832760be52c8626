import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { findTagged } from '../tagging/find-tagged.ts'

/**
 * A resource's tags.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTagsForResource.html
 */
export function listTagsForResource(context: EcsContext, input: ListTagsForResourceRequest): ListTagsForResourceResponse {
  return { tags: findTagged(context, input.resourceArn).tags }
}
