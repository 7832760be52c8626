import type { ListNamespacesRequest, ListNamespacesResponse, NamespaceSummary } from '../../../aws/generated/servicediscovery.ts'
import { namespaces } from '../../../store/servicediscovery-tables.ts'
import type { NamespaceRow } from '../../../store/servicediscovery-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { passes, resourceOwner } from '../filters.ts'
import { listPage, only } from '../list-page.ts'
import { showNamespace } from '../show.ts'

/**
 * The account's namespaces in the region.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_ListNamespaces.html
 */
export function listNamespaces(context: DiscoveryContext, input: ListNamespacesRequest): ListNamespacesResponse {
  const isWanted = passes<NamespaceRow, 'HTTP_NAME' | 'NAME' | 'RESOURCE_OWNER' | 'TYPE'>(input.Filters, {
    HTTP_NAME: { conditions: ['EQ', 'BEGINS_WITH'], valueOf: row => row.httpName },
    NAME: { conditions: ['EQ', 'BEGINS_WITH'], valueOf: row => row.namespace.Name },
    RESOURCE_OWNER: resourceOwner,
    TYPE: { conditions: ['EQ', 'IN'], valueOf: row => row.namespace.Type },
  })
  const scope = scopeOf(context.account, context.region)
  const { rows, NextToken } = listPage<NamespaceRow>({
    operation: 'ListNamespaces',
    filters: [scope, JSON.stringify(input.Filters ?? [])],
    nextToken: input.NextToken,
    maxResults: input.MaxResults,
    rows: after => only(context.store.table(namespaces).by('scope', scope, after), isWanted),
    orderOf: row => row.namespace.Arn,
  })
  return { Namespaces: rows.map(row => summary(context, row)), NextToken }
}

function summary(context: DiscoveryContext, row: NamespaceRow): NamespaceSummary {
  const { CreatorRequestId: _token, ...shown } = showNamespace(context, row)
  return shown
}
