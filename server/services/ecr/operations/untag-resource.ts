import type { UntagResourceRequest, UntagResourceResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findTagged } from '../tags.ts'

/**
 * Takes tags from a repository; keys that it does not have are no error.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UntagResource.html
 */
export async function untagResource(context: EcrContext, input: UntagResourceRequest): Promise<UntagResourceResponse> {
  await context.store.commit(transaction => {
    const row = findTagged(context, input.resourceArn)
    transaction.put(repositories, { ...row, tags: row.tags.filter(({ Key }) => !input.tagKeys.includes(Key)) })
  })
  return {}
}
