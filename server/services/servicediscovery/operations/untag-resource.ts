import type { UntagResourceRequest, UntagResourceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { findTagged } from '../tags.ts'

/**
 * Takes tags from a namespace or service; keys that it does not have are no error.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_UntagResource.html
 */
export async function untagResource(context: DiscoveryContext, input: UntagResourceRequest): Promise<UntagResourceResponse> {
  await context.store.commit(transaction => {
    const tagged = findTagged(context, input.ResourceARN)
    tagged.put(
      transaction,
      tagged.tags.filter(tag => !input.TagKeys.includes(tag.Key)),
    )
  })
  return {}
}
