import type { ListServicesRequest, ListServicesResponse } from '../../../aws/generated/ecs.ts'
import { services } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { listPage } from '../list-page.ts'

/**
 * ARNs of a cluster's services that are not INACTIVE, in the order of their names; 10 a page unless more are asked for.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html
 */
export function listServices(context: EcsContext, request: ListServicesRequest): ListServicesResponse {
  const { clusterArn } = findCluster(context, request.cluster).cluster
  const { launchType, schedulingStrategy, resourceManagementType } = request
  const isWanted = ({ service }: ServiceRow): boolean =>
    service.status !== 'INACTIVE' &&
    (launchType === undefined || service.launchType === launchType) &&
    (schedulingStrategy === undefined || service.schedulingStrategy === schedulingStrategy) &&
    (resourceManagementType === undefined || service.resourceManagementType === resourceManagementType)
  const { rows, nextToken } = listPage({
    operation: 'ListServices',
    filters: [clusterArn, launchType, schedulingStrategy, resourceManagementType],
    nextToken: request.nextToken,
    maxResults: request.maxResults,
    defaultResults: 10,
    rows: after => only(context.store.table(services).by('cluster', clusterArn, after), isWanted),
    orderOf: row => row.service.serviceArn,
  })
  return { serviceArns: rows.map(row => row.service.serviceArn), ...(nextToken === undefined ? {} : { nextToken }) }
}

function* only(rows: Iterable<ServiceRow>, isWanted: (row: ServiceRow) => boolean): Iterable<ServiceRow> {
  for (const row of rows) if (isWanted(row)) yield row
}
