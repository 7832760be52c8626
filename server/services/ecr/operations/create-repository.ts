// Differs from AWS: a push to a name that no repository has is taken, and that a repository's tags are immutable is kept
// and binds PutImage alone. Encryption, scanning and exclusions are kept only. The address is one of this machine, with
// account and region in its path; a task definition may name it or ACCOUNT.dkr.ecr.REGION.amazonaws.com.
import { epochSeconds } from '../../../../shared/clock.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateRepositoryRequest, CreateRepositoryResponse } from '../../../aws/generated/ecr.ts'
import { repositoryArn } from '../../../domain/ecr.ts'
import { repositories, type RepositoryRow } from '../../../store/ecr-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcrContext } from '../context.ts'
import { shownRepository } from '../find.ts'
import { checkTags } from '../tags.ts'

/**
 * Makes a repository.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 */
export async function createRepository(context: EcrContext, input: CreateRepositoryRequest): Promise<CreateRepositoryResponse> {
  const { account, region, store, clock } = context
  const { repositoryName } = input
  const arn = repositoryArn(context, repositoryName)
  const row: RepositoryRow = {
    scope: scopeOf(account, region),
    repository: {
      repositoryArn: arn,
      registryId: account,
      repositoryName,
      createdAt: epochSeconds(clock.now()),
      imageTagMutability: input.imageTagMutability ?? 'MUTABLE',
      ...(input.imageTagMutabilityExclusionFilters === undefined
        ? {}
        : { imageTagMutabilityExclusionFilters: input.imageTagMutabilityExclusionFilters }),
      imageScanningConfiguration: { scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false },
      encryptionConfiguration: input.encryptionConfiguration ?? { encryptionType: 'AES256' },
    },
    tags: checkTags(input.tags ?? []),
  }
  await store.commit(transaction => {
    if (store.table(repositories).get(arn) !== undefined) {
      throw new ServiceError(
        'RepositoryAlreadyExistsException',
        `The repository with name '${repositoryName}' already exists in the registry with id '${account}'`,
      )
    }
    transaction.put(repositories, row)
  })
  return { repository: shownRepository(context, row) }
}
