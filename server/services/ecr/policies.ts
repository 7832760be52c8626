import { ServiceError } from '../../aws/errors.ts'
import type { RepositoryRow } from '../../store/ecr-tables.ts'

/** Throws LifecyclePolicyNotFoundException. */
export function lifecyclePolicyOf({ lifecyclePolicyText, repository }: RepositoryRow): string {
  if (lifecyclePolicyText !== undefined) return lifecyclePolicyText
  throw new ServiceError(
    'LifecyclePolicyNotFoundException',
    `Lifecycle policy does not exist for the repository with name '${repository.repositoryName}' in the registry with id '${repository.registryId}'`,
  )
}

/** Throws RepositoryPolicyNotFoundException. */
export function repositoryPolicyOf({ policyText, repository }: RepositoryRow): string {
  if (policyText !== undefined) return policyText
  throw new ServiceError(
    'RepositoryPolicyNotFoundException',
    `Repository policy does not exist for the repository with name '${repository.repositoryName}' in the registry with id '${repository.registryId}'`,
  )
}
