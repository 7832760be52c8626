import type {
  DaemonTaskDefinitionSummary,
  ListDaemonTaskDefinitionsRequest,
  ListDaemonTaskDefinitionsResponse,
} from '../../../aws/generated/ecs.ts'
import { daemonFamilies, daemonTaskDefinitions } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonTaskDefinitionRow } from '../../../store/ecs-daemon-tables.ts'
import { familyKey, scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { showDaemonTaskDefinition } from '../daemons/find-daemon-task-definition.ts'
import { listPage } from '../list-page.ts'

const orderOf = (row: DaemonTaskDefinitionRow): string =>
  daemonTaskDefinitions.order?.(row) ?? row.daemonTaskDefinition.daemonTaskDefinitionArn

/**
 * Lists daemon task definitions by family and revision, ACTIVE ones unless another status is asked for.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListDaemonTaskDefinitions.html
 */
export function listDaemonTaskDefinitions(context: EcsContext, input: ListDaemonTaskDefinitionsRequest): ListDaemonTaskDefinitionsResponse {
  const { family, familyPrefix = '', revision, status = 'ACTIVE', sort = 'ASC' } = input
  const scope = scopeOf(context.account, context.region)
  const wanted = [...context.store.table(daemonTaskDefinitions).by('scope', scope)].filter(row => {
    const each = showDaemonTaskDefinition(context, row)
    if (each.status === 'DELETED') return false
    if (family !== undefined && each.family !== family) return false
    if (!each.family.startsWith(familyPrefix) || (status !== 'ALL' && each.status !== status)) return false
    return revision === undefined || context.store.table(daemonFamilies).get(familyKey(scope, each.family))?.lastRevision === each.revision
  })
  const ordered = sort === 'DESC' ? wanted.toReversed() : wanted
  const page = listPage<DaemonTaskDefinitionRow>({
    operation: 'ListDaemonTaskDefinitions',
    filters: [scope, family, familyPrefix, revision, status, sort],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => ordered.filter(row => after === undefined || (sort === 'DESC' ? orderOf(row) < after : orderOf(row) > after)),
    orderOf,
  })
  return { daemonTaskDefinitions: page.rows.map(row => summaryOf(showDaemonTaskDefinition(context, row))), nextToken: page.nextToken }
}

const summaryOf = (each: DaemonTaskDefinitionRow['daemonTaskDefinition']): DaemonTaskDefinitionSummary => ({
  arn: each.daemonTaskDefinitionArn,
  registeredAt: each.registeredAt,
  registeredBy: each.registeredBy,
  ...(each.deleteRequestedAt === undefined ? {} : { deleteRequestedAt: each.deleteRequestedAt }),
  status: each.status,
})
