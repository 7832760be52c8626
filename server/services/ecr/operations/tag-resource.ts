import type { TagResourceRequest, TagResourceResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { checkTags, findTagged } from '../tags.ts'

/**
 * Adds tags to a repository; a key that it has gets the new value.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_TagResource.html
 */
export async function tagResource(context: EcrContext, input: TagResourceRequest): Promise<TagResourceResponse> {
  await context.store.commit(transaction => {
    const row = findTagged(context, input.resourceArn)
    const given = new Set(checkTags(input.tags).map(({ Key }) => Key))
    const kept = row.tags.filter(({ Key }) => !given.has(Key))
    transaction.put(repositories, { ...row, tags: checkTags([...kept, ...input.tags]) })
  })
  return {}
}
