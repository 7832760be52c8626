import type { DescribeRepositoriesRequest, DescribeRepositoriesResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository, shownRepository } from '../find.ts'
import { page } from '../page.ts'

/**
 * Repositories by their names, or all of the registry.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
 */
export function describeRepositories(context: EcrContext, input: DescribeRepositoriesRequest): DescribeRepositoriesResponse {
  const { account, region, store } = context
  const { repositoryNames, registryId, nextToken, maxResults } = input
  if (repositoryNames !== undefined) {
    const rows = repositoryNames.map(repositoryName => findRepository(context, { repositoryName, registryId }))
    return { repositories: rows.map(row => shownRepository(context, row)) }
  }
  const scope = scopeOf(account, region)
  const found = page({
    of: ['DescribeRepositories', scope],
    nextToken,
    maxResults,
    rows: registryId === undefined || registryId === account ? store.table(repositories).by('scope', scope) : [],
    orderOf: ({ repository }) => repository.repositoryArn,
  })
  return {
    repositories: found.rows.map(row => shownRepository(context, row)),
    ...(found.nextToken === undefined ? {} : { nextToken: found.nextToken }),
  }
}
