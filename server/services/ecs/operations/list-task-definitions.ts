import type { ListTaskDefinitionsRequest, ListTaskDefinitionsResponse, TaskDefinitionStatus } from '../../../aws/generated/ecs.ts'
import { familyKey, scopeOf, taskDefinitions } from '../../../store/tables.ts'
import type { TaskDefinitionRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { listPage } from '../list-page.ts'

const orderOf = (row: TaskDefinitionRow): string => taskDefinitions.order?.(row) ?? row.taskDefinition.taskDefinitionArn

/**
 * Lists ARNs by family and revision, ACTIVE ones unless another status is asked for. `familyPrefix`, for all its name,
 * is a whole family's name.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html
 */
export function listTaskDefinitions(context: EcsContext, input: ListTaskDefinitionsRequest): ListTaskDefinitionsResponse {
  const { familyPrefix: family, status = 'ACTIVE', sort = 'ASC' } = input
  const scope = scopeOf(context.account, context.region)
  const table = context.store.table(taskDefinitions)
  const from = (after?: string) =>
    family === undefined ? table.by('scope', scope, after) : table.by('family', familyKey(scope, family), after)
  const { rows, nextToken } = listPage<TaskDefinitionRow>({
    operation: 'ListTaskDefinitions',
    filters: [scope, family, status, sort],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => withStatus(sort === 'DESC' ? backwards(from(), after) : from(after), status),
    orderOf,
  })
  return { taskDefinitionArns: rows.map(row => row.taskDefinition.taskDefinitionArn), nextToken }
}

function* withStatus(rows: Iterable<TaskDefinitionRow>, status: TaskDefinitionStatus): Iterable<TaskDefinitionRow> {
  for (const row of rows) if (row.taskDefinition.status === status) yield row
}

/** From the last row to the first, beginning before `before`. */
function* backwards(rows: Iterable<TaskDefinitionRow>, before: string | undefined): Iterable<TaskDefinitionRow> {
  for (const row of [...rows].reverse()) if (before === undefined || orderOf(row) < before) yield row
}
