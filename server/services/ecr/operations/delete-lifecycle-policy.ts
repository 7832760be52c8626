// Differs from AWS: kept only; no image expires.
import type { DeleteLifecyclePolicyRequest, DeleteLifecyclePolicyResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'
import { lifecyclePolicyOf } from '../policies.ts'

/**
 * Takes a repository's lifecycle policy away.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteLifecyclePolicy.html
 */
export async function deleteLifecyclePolicy(
  context: EcrContext,
  input: DeleteLifecyclePolicyRequest,
): Promise<DeleteLifecyclePolicyResponse> {
  const row = findRepository(context, input)
  const { repositoryName, registryId } = row.repository
  const lifecyclePolicyText = lifecyclePolicyOf(row)
  await context.store.commit(transaction => {
    const { lifecyclePolicyText: _before, ...rest } = findRepository(context, input)
    transaction.put(repositories, rest)
  })
  return { registryId, repositoryName, lifecyclePolicyText }
}
