import type { RemoveTagsInput, RemoveTagsOutput } from '../../../aws/generated/elbv2.ts'
import type { Elbv2Context } from '../context.ts'
import { findTagged, resourceArns } from '../tagged.ts'

/**
 * Removes tags from resources; keys that are not there are passed over.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveTags.html
 */
export async function removeTags(context: Elbv2Context, input: RemoveTagsInput): Promise<RemoveTagsOutput> {
  const arns = resourceArns(input.ResourceArns)
  const keys = new Set(input.TagKeys)
  await context.store.commit(transaction => {
    for (const arn of arns) {
      const tagged = findTagged(context, arn)
      const left = tagged.tags.filter(({ Key }) => !keys.has(Key))
      tagged.put(transaction, left)
    }
  })
  return {}
}
