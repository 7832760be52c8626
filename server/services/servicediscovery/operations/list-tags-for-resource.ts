import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { findTagged } from '../tags.ts'

/**
 * The tags of a namespace or service.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_ListTagsForResource.html
 */
export const listTagsForResource = (context: DiscoveryContext, input: ListTagsForResourceRequest): ListTagsForResourceResponse => ({
  Tags: findTagged(context, input.ResourceARN).tags,
})
