// Differs from AWS: kept only; no image expires.
import type { PutLifecyclePolicyRequest, PutLifecyclePolicyResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'

/**
 * Gives a repository a policy by which images expire.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html
 */
export async function putLifecyclePolicy(context: EcrContext, input: PutLifecyclePolicyRequest): Promise<PutLifecyclePolicyResponse> {
  const { lifecyclePolicyText } = input
  const { repositoryName, registryId } = findRepository(context, input).repository
  await context.store.commit(transaction =>
    transaction.put(repositories, { ...findRepository(context, input), lifecyclePolicyText: lifecyclePolicyText }),
  )
  return { registryId, repositoryName, lifecyclePolicyText }
}
