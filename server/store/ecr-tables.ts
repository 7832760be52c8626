import type { Repository, Tag } from '../aws/generated/ecr.ts'
import type { TableDefinition } from './store.ts'
import type { Scope } from './tables.ts'

export interface RepositoryRow {
  readonly scope: Scope
  /** As DescribeRepositories shows it, without its address, which is the instance's. */
  readonly repository: Repository & { readonly repositoryArn: string; readonly repositoryName: string; readonly registryId: string }
  readonly tags: readonly Tag[]
  readonly lifecyclePolicyText?: string
  /** A policy of IAM, as JSON. */
  readonly policyText?: string
}

/** Keyed by repository ARN. */
export const repositories: TableDefinition<RepositoryRow, 'scope'> = {
  name: 'ecr_repositories',
  key: row => row.repository.repositoryArn,
  indexes: { scope: row => row.scope },
}
