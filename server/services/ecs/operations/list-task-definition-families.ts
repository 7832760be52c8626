import type { ListTaskDefinitionFamiliesRequest, ListTaskDefinitionFamiliesResponse } from '../../../aws/generated/ecs.ts'
import { familyKey, scopeOf, taskDefinitionFamilies, taskDefinitions } from '../../../store/tables.ts'
import type { TaskDefinitionFamilyRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { newestActive } from '../find-task-definition.ts'
import { listPage } from '../list-page.ts'

/**
 * Lists families by name. ACTIVE ones have an ACTIVE revision, INACTIVE ones have none; all are listed unless a status
 * is asked for.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitionFamilies.html
 */
export function listTaskDefinitionFamilies(
  context: EcsContext,
  input: ListTaskDefinitionFamiliesRequest,
): ListTaskDefinitionFamiliesResponse {
  const { familyPrefix = '', status = 'ALL' } = input
  const scope = scopeOf(context.account, context.region)
  const isListed = ({ family }: TaskDefinitionFamilyRow): boolean => {
    if (!family.startsWith(familyPrefix)) return false
    // A family whose revisions were all deleted keeps its row, so that their numbers are not given again.
    if (context.store.table(taskDefinitions).count('family', familyKey(scope, family)) === 0) return false
    return status === 'ALL' || (newestActive(context.store, context, family) !== undefined) === (status === 'ACTIVE')
  }
  const { rows, nextToken } = listPage<TaskDefinitionFamilyRow>({
    operation: 'ListTaskDefinitionFamilies',
    filters: [scope, familyPrefix, status],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => only(context.store.table(taskDefinitionFamilies).by('scope', scope, after), isListed),
    orderOf: taskDefinitionFamilies.key,
  })
  return { families: rows.map(row => row.family), nextToken }
}

function* only<Row>(rows: Iterable<Row>, isWanted: (row: Row) => boolean): Iterable<Row> {
  for (const row of rows) if (isWanted(row)) yield row
}
