import type { TagResourceRequest, TagResourceResponse } from '../../../aws/generated/ecs.ts'
import { maxTags } from '../../../domain/tags.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { findTagged } from '../tagging/find-tagged.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'

/**
 * Adds tags to a resource; one whose key is there already gets the new value.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html
 */
export async function tagResource(context: EcsContext, input: TagResourceRequest): Promise<TagResourceResponse> {
  refuseIf(input.tags.length === 0, 'Tags can not be empty.')
  const given = checkTags(input.tags)
  await context.store.commit(transaction => {
    const { tags, put } = findTagged(context, input.resourceArn)
    const values = new Map([...tags, ...given].map(tag => [tag.key ?? '', tag]))
    const merged = [...values.values()]
    // Those of AWS itself do not count.
    const own = merged.filter(({ key }) => key?.startsWith('aws:') !== true)
    refuseMoreThan('Tags', own, maxTags)
    put(transaction, merged)
  })
  return {}
}
