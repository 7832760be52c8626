// Differs from AWS: binds PutImage alone; a push by Docker may overwrite an immutable tag.
import type { PutImageTagMutabilityRequest, PutImageTagMutabilityResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'

/**
 * Says whether tags of a repository may be overwritten.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageTagMutability.html
 */
export async function putImageTagMutability(
  context: EcrContext,
  input: PutImageTagMutabilityRequest,
): Promise<PutImageTagMutabilityResponse> {
  const { imageTagMutability, imageTagMutabilityExclusionFilters } = input
  const filters = imageTagMutabilityExclusionFilters === undefined ? {} : { imageTagMutabilityExclusionFilters }
  const { repositoryName, registryId } = findRepository(context, input).repository
  await context.store.commit(transaction => {
    const row = findRepository(context, input)
    const { imageTagMutabilityExclusionFilters: _before, ...repository } = row.repository
    transaction.put(repositories, { ...row, repository: { ...repository, imageTagMutability, ...filters } })
  })
  return { registryId, repositoryName, imageTagMutability, ...filters }
}
