// Differs from AWS: kept only; everybody may pull and push.
import type { GetRepositoryPolicyRequest, GetRepositoryPolicyResponse } from '../../../aws/generated/ecr.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'
import { repositoryPolicyOf } from '../policies.ts'

/**
 * A repository's policy.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetRepositoryPolicy.html
 */
export function getRepositoryPolicy(context: EcrContext, input: GetRepositoryPolicyRequest): GetRepositoryPolicyResponse {
  const row = findRepository(context, input)
  const { repositoryName, registryId } = row.repository
  return { registryId, repositoryName, policyText: repositoryPolicyOf(row) }
}
