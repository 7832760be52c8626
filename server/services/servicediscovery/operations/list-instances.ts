import type { ListInstancesRequest, ListInstancesResponse } from '../../../aws/generated/servicediscovery.ts'
import { instances } from '../../../store/servicediscovery-tables.ts'
import type { InstanceRow } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { findService } from '../find.ts'
import { listPage } from '../list-page.ts'

/**
 * The instances of a service by their ids.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_ListInstances.html
 */
export function listInstances(context: DiscoveryContext, input: ListInstancesRequest): ListInstancesResponse {
  const { Arn } = findService(context, input.ServiceId).service
  const { rows, NextToken } = listPage<InstanceRow>({
    operation: 'ListInstances',
    filters: [Arn],
    nextToken: input.NextToken,
    maxResults: input.MaxResults,
    rows: after => context.store.table(instances).by('service', Arn, after),
    orderOf: instances.key,
  })
  const shown = rows.map(({ instance: { Id, Attributes, CreatedByAccount } }) => ({ Id, Attributes, CreatedByAccount }))
  return { ResourceOwner: context.account, Instances: shown, NextToken }
}
