import type { TagResourceRequest, TagResourceResponse } from '../../../aws/generated/application-autoscaling.ts'
import { scalableTargets } from '../../../store/autoscaling-tables.ts'
import type { ScalingContext } from '../context.ts'
import { checkTags, findTagged } from '../tags.ts'

/**
 * Adds tags to a scalable target; a key that it has gets the new value.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html
 */
export async function tagResource(context: ScalingContext, input: TagResourceRequest): Promise<TagResourceResponse> {
  await context.store.commit(transaction => {
    const row = findTagged(context, input.ResourceARN)
    transaction.put(scalableTargets, { ...row, tags: checkTags({ ...row.tags, ...input.Tags }, input.ResourceARN) })
  })
  return {}
}
