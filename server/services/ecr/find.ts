import { ServiceError } from '../../aws/errors.ts'
import type { Repository } from '../../aws/generated/ecr.ts'
import { repositoryArn, repositoryPath } from '../../domain/ecr.ts'
import { repositories, type RepositoryRow } from '../../store/ecr-tables.ts'
import type { EcrContext } from './context.ts'

/** A repository by its name. Throws RepositoryNotFoundException, also for another account's registry: none is shared. */
export function findRepository(context: EcrContext, { repositoryName, registryId }: NamedRepository): RepositoryRow {
  const registry = registryId ?? context.account
  const row = registry === context.account ? context.store.table(repositories).get(repositoryArn(context, repositoryName)) : undefined
  if (row !== undefined) return row
  throw new ServiceError(
    'RepositoryNotFoundException',
    `The repository with name '${repositoryName}' does not exist in the registry with id '${registry}'`,
  )
}

export interface NamedRepository {
  readonly repositoryName: string
  readonly registryId?: string | undefined
}

/** A repository as it is shown: its address is what Docker pushes to and what task definitions name. */
export const shownRepository = (context: EcrContext, { repository }: RepositoryRow): Repository => ({
  ...repository,
  repositoryUri: `${context.registryHost}/${pathOf(context, repository.repositoryName)}`,
})

/** Where a repository lies in the registry. */
export const pathOf = ({ account, region }: EcrContext, name: string): string => repositoryPath({ account, region }, name)
