import type { UntagResourceRequest, UntagResourceResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { findTagged } from '../tagging/find-tagged.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/**
 * Takes tags from a resource; keys that it does not have are passed over. Tags of AWS itself stay.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UntagResource.html
 */
export async function untagResource(context: EcsContext, input: UntagResourceRequest): Promise<UntagResourceResponse> {
  refuseIf(input.tagKeys.length === 0, 'Tag keys can not be empty.')
  const keys = new Set(input.tagKeys)
  await context.store.commit(transaction => {
    const { tags, put } = findTagged(context, input.resourceArn)
    put(
      transaction,
      tags.filter(({ key = '' }) => key.startsWith('aws:') || !keys.has(key)),
    )
  })
  return {}
}
