// Differs from AWS: images without a tag do not hold a repository, and the space of what is deleted is not given back.
import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteRepositoryRequest, DeleteRepositoryResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository, pathOf, shownRepository } from '../find.ts'
import { runningRegistry, taggedImages } from '../images.ts'

/**
 * Deletes a repository; with images in it only by force.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html
 */
export async function deleteRepository(context: EcrContext, input: DeleteRepositoryRequest): Promise<DeleteRepositoryResponse> {
  const row = findRepository(context, input)
  const { repositoryName, repositoryArn, registryId } = row.repository
  const images = await taggedImages(context, repositoryName)
  if (images.length > 0 && input.force !== true) {
    throw new ServiceError(
      'RepositoryNotEmptyException',
      `The repository with name '${repositoryName}' in registry with id '${registryId}' cannot be deleted because it still contains images`,
    )
  }
  if (images.length > 0) {
    const registry = await runningRegistry(context)
    const path = pathOf(context, repositoryName)
    await Promise.all(images.map(async ({ digest }) => registry.deleteManifest(path, digest)))
  }
  await context.store.commit(transaction => transaction.remove(repositories, repositoryArn))
  return { repository: shownRepository(context, row) }
}
