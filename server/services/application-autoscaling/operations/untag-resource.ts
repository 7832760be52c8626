import type { UntagResourceRequest, UntagResourceResponse } from '../../../aws/generated/application-autoscaling.ts'
import { scalableTargets } from '../../../store/autoscaling-tables.ts'
import type { ScalingContext } from '../context.ts'
import { findTagged } from '../tags.ts'

/**
 * Takes tags from a scalable target; keys that it does not have are no error.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_UntagResource.html
 */
export async function untagResource(context: ScalingContext, input: UntagResourceRequest): Promise<UntagResourceResponse> {
  await context.store.commit(transaction => {
    const row = findTagged(context, input.ResourceARN)
    const kept = Object.entries(row.tags).filter(([key]) => !input.TagKeys.includes(key))
    transaction.put(scalableTargets, { ...row, tags: Object.fromEntries(kept) })
  })
  return {}
}
