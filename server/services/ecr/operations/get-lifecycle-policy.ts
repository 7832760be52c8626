// Differs from AWS: kept only; no image expires.
import type { GetLifecyclePolicyRequest, GetLifecyclePolicyResponse } from '../../../aws/generated/ecr.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'
import { lifecyclePolicyOf } from '../policies.ts'

/**
 * A repository's lifecycle policy.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicy.html
 */
export function getLifecyclePolicy(context: EcrContext, input: GetLifecyclePolicyRequest): GetLifecyclePolicyResponse {
  const row = findRepository(context, input)
  const { repositoryName, registryId } = row.repository
  return { registryId, repositoryName, lifecyclePolicyText: lifecyclePolicyOf(row) }
}
