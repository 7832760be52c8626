import type { ListServiceDeploymentsRequest, ListServiceDeploymentsResponse, ServiceDeploymentBrief } from '../../../aws/generated/ecs.ts'
import { serviceDeployments } from '../../../store/service-tables.ts'
import type { ServiceDeploymentRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { listPage } from '../list-page.ts'
import { findService } from '../services/find-service.ts'

/**
 * A service's deployments, newest first; 20 a page unless more are asked for.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html
 */
export function listServiceDeployments(context: EcsContext, request: ListServiceDeploymentsRequest): ListServiceDeploymentsResponse {
  const { serviceArn } = findService(context, findCluster(context, request.cluster), request.service).service
  const table = context.store.table(serviceDeployments)
  const { status = [], createdAt } = request
  const { rows, nextToken } = listPage({
    operation: 'ListServiceDeployments',
    filters: [serviceArn, status.join(), String(createdAt?.after), String(createdAt?.before)],
    nextToken: request.nextToken,
    maxResults: request.maxResults,
    defaultResults: 20,
    rows: after => only(table.by('service', serviceArn, after), request),
    orderOf: row => serviceDeployments.order?.(row) ?? row.serviceDeployment.serviceDeploymentArn,
  })
  return { serviceDeployments: rows.map(briefly), ...(nextToken === undefined ? {} : { nextToken }) }
}

function* only(
  rows: Iterable<ServiceDeploymentRow>,
  { status = [], createdAt }: ListServiceDeploymentsRequest,
): Iterable<ServiceDeploymentRow> {
  for (const row of rows) {
    const { serviceDeployment } = row
    const isWanted =
      (status.length === 0 || status.includes(serviceDeployment.status)) &&
      serviceDeployment.createdAt >= (createdAt?.after ?? -Infinity) &&
      serviceDeployment.createdAt <= (createdAt?.before ?? Infinity)
    if (isWanted) yield row
  }
}

const briefly = ({ serviceDeployment }: ServiceDeploymentRow): ServiceDeploymentBrief => {
  const { serviceDeploymentArn, serviceArn, clusterArn, createdAt, startedAt, finishedAt, status, statusReason } = serviceDeployment
  return {
    serviceDeploymentArn,
    serviceArn,
    clusterArn,
    createdAt,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    targetServiceRevisionArn: serviceDeployment.targetServiceRevision.arn,
    status,
    ...(statusReason === undefined ? {} : { statusReason }),
  }
}
