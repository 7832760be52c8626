// Differs from AWS: no Route 53 health checks are made: instances without a custom health check are UNKNOWN.
import type { GetInstancesHealthStatusRequest, GetInstancesHealthStatusResponse } from '../../../aws/generated/servicediscovery.ts'
import { healthOf } from '../../../domain/service-discovery.ts'
import { instances } from '../../../store/servicediscovery-tables.ts'
import type { InstanceRow } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { findInstance, findService } from '../find.ts'
import { listPage, only } from '../list-page.ts'

/**
 * The health of a service's instances, or of those that the call names.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_GetInstancesHealthStatus.html
 */
export function getInstancesHealthStatus(
  context: DiscoveryContext,
  input: GetInstancesHealthStatusRequest,
): GetInstancesHealthStatusResponse {
  const service = findService(context, input.ServiceId)
  const { Arn } = service.service
  const named = input.Instances === undefined ? undefined : new Set(input.Instances)
  for (const id of named ?? []) findInstance(context, service, id)
  const { rows, NextToken } = listPage<InstanceRow>({
    operation: 'GetInstancesHealthStatus',
    filters: [Arn, JSON.stringify(input.Instances ?? null)],
    nextToken: input.NextToken,
    maxResults: input.MaxResults,
    rows: after => only(context.store.table(instances).by('service', Arn, after), row => named?.has(row.instance.Id) ?? true),
    orderOf: instances.key,
  })
  return { Status: Object.fromEntries(rows.map(row => [row.instance.Id, healthOf(service, row)])), NextToken }
}
