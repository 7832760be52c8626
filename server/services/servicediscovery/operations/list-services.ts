import type { ListServicesRequest, ListServicesResponse, ServiceSummary } from '../../../aws/generated/servicediscovery.ts'
import { namespaceArn } from '../../../domain/service-discovery.ts'
import { discoveryServices } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow } from '../../../store/servicediscovery-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { passes, resourceOwner } from '../filters.ts'
import { listPage, only } from '../list-page.ts'
import { showService } from '../show.ts'

/**
 * Services, of one namespace where a filter names it by its id or ARN.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_ListServices.html
 */
export function listServices(context: DiscoveryContext, input: ListServicesRequest): ListServicesResponse {
  const arnOf = (idOrArn: string): string => (idOrArn.startsWith('arn:') ? idOrArn : namespaceArn(context, idOrArn))
  const filters = input.Filters?.map(filter => (filter.Name === 'NAMESPACE_ID' ? { ...filter, Values: filter.Values.map(arnOf) } : filter))
  const isWanted = passes<DiscoveryServiceRow, 'NAMESPACE_ID' | 'RESOURCE_OWNER'>(filters, {
    NAMESPACE_ID: { conditions: ['EQ', 'IN'], valueOf: row => row.namespaceArn },
    RESOURCE_OWNER: resourceOwner,
  })
  const scope = scopeOf(context.account, context.region)
  const { rows, NextToken } = listPage<DiscoveryServiceRow>({
    operation: 'ListServices',
    filters: [scope, JSON.stringify(filters ?? [])],
    nextToken: input.NextToken,
    maxResults: input.MaxResults,
    rows: after => only(context.store.table(discoveryServices).by('scope', scope, after), isWanted),
    orderOf: row => row.service.Arn,
  })
  return { Services: rows.map(row => summary(context, row)), NextToken }
}

function summary(context: DiscoveryContext, row: DiscoveryServiceRow): ServiceSummary {
  const { CreatorRequestId: _token, NamespaceId: _namespace, ...shown } = showService(context, row)
  return shown
}
