// Differs from AWS: kept only; everybody may pull and push.
import type { SetRepositoryPolicyRequest, SetRepositoryPolicyResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'

/**
 * Gives a repository a policy of who may use it.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
 */
export async function setRepositoryPolicy(context: EcrContext, input: SetRepositoryPolicyRequest): Promise<SetRepositoryPolicyResponse> {
  const { policyText } = input
  const { repositoryName, registryId } = findRepository(context, input).repository
  await context.store.commit(transaction => transaction.put(repositories, { ...findRepository(context, input), policyText: policyText }))
  return { registryId, repositoryName, policyText }
}
