import type { TagResourceRequest, TagResourceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { checkTags, findTagged } from '../tags.ts'

/**
 * Adds tags to a namespace or service; a key that it has gets the new value.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_TagResource.html
 */
export async function tagResource(context: DiscoveryContext, input: TagResourceRequest): Promise<TagResourceResponse> {
  await context.store.commit(transaction => {
    const tagged = findTagged(context, input.ResourceARN)
    const given = new Set(checkTags(input.Tags, input.ResourceARN).map(tag => tag.Key))
    const kept = tagged.tags.filter(tag => !given.has(tag.Key))
    tagged.put(transaction, checkTags([...kept, ...input.Tags], input.ResourceARN))
  })
  return {}
}
