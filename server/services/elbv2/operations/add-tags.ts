import type { AddTagsInput, AddTagsOutput } from '../../../aws/generated/elbv2.ts'
import { withTags } from '../../../domain/elbv2/tags.ts'
import type { Elbv2Context } from '../context.ts'
import { findTagged, resourceArns } from '../tagged.ts'

/**
 * Adds tags to resources: to all or, when one cannot have them, to none.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html
 */
export async function addTags(context: Elbv2Context, input: AddTagsInput): Promise<AddTagsOutput> {
  const arns = resourceArns(input.ResourceArns)
  await context.store.commit(transaction => {
    for (const arn of arns) {
      const tagged = findTagged(context, arn)
      tagged.put(transaction, withTags(tagged.tags, input.Tags))
    }
  })
  return {}
}
