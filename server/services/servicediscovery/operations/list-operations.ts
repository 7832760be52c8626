// Differs from AWS: an account and region remember their last 1,000 operations.
import type { ListOperationsRequest, ListOperationsResponse } from '../../../aws/generated/servicediscovery.ts'
import { namespaces, operations } from '../../../store/servicediscovery-tables.ts'
import type { OperationRow } from '../../../store/servicediscovery-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { passes } from '../filters.ts'
import { listPage, only } from '../list-page.ts'
import { showOperation } from '../show.ts'

type FilterName = 'NAMESPACE_ID' | 'SERVICE_ID' | 'STATUS' | 'TYPE' | 'UPDATE_DATE'

/**
 * Operations, the oldest first. Those on a namespace that is gone can only be asked for by their id.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_ListOperations.html
 */
export function listOperations(context: DiscoveryContext, input: ListOperationsRequest): ListOperationsResponse {
  const { store } = context
  const isWanted = passes<OperationRow, FilterName>(input.Filters, {
    NAMESPACE_ID: { conditions: ['EQ'], valueOf: row => row.namespaceId },
    SERVICE_ID: { conditions: ['EQ'], valueOf: row => row.serviceId },
    STATUS: { conditions: ['EQ', 'IN'], valueOf: row => showOperation(context, row).Status },
    TYPE: { conditions: ['EQ', 'IN'], valueOf: row => row.operation.Type },
    UPDATE_DATE: { conditions: ['BETWEEN'], valueOf: row => String(row.operation.UpdateDate) },
  })
  const isThere = (row: OperationRow): boolean =>
    row.operation.Status === 'FAIL' || store.table(namespaces).get(row.namespaceArn) !== undefined
  const scope = scopeOf(context.account, context.region)
  const { rows, NextToken } = listPage<OperationRow>({
    operation: 'ListOperations',
    filters: [scope, JSON.stringify(input.Filters ?? [])],
    nextToken: input.NextToken,
    maxResults: input.MaxResults,
    rows: after => only(store.table(operations).by('scope', scope, after), row => isThere(row) && isWanted(row)),
    orderOf: row => operations.order?.(row) ?? operations.key(row),
  })
  const shown = rows.map(row => showOperation(context, row))
  return { Operations: shown.map(({ Id, Status }) => ({ Id, Status })), NextToken }
}
