// Differs from AWS: kept only; everybody may pull and push.
import type { DeleteRepositoryPolicyRequest, DeleteRepositoryPolicyResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'
import { repositoryPolicyOf } from '../policies.ts'

/**
 * Takes a repository's policy away.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepositoryPolicy.html
 */
export async function deleteRepositoryPolicy(
  context: EcrContext,
  input: DeleteRepositoryPolicyRequest,
): Promise<DeleteRepositoryPolicyResponse> {
  const row = findRepository(context, input)
  const { repositoryName, registryId } = row.repository
  const policyText = repositoryPolicyOf(row)
  await context.store.commit(transaction => {
    const { policyText: _before, ...rest } = findRepository(context, input)
    transaction.put(repositories, rest)
  })
  return { registryId, repositoryName, policyText }
}
