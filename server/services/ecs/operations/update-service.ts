// Differs from AWS: a service keeps the deployment controller that it was made with. What is refused, and what is kept
// and shown only, is named in create-service.ts.
import { ServiceError } from '../../../aws/errors.ts'
import type { UpdateServiceRequest, UpdateServiceResponse } from '../../../aws/generated/ecs.ts'
import { services } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import type { ClusterRow, TaskDefinitionRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { findTaskDefinition } from '../find-task-definition.ts'
import { checkDesiredCount, checkGracePeriod } from '../services/check-create-service.ts'
import { checkPlacement } from '../services/check-placement.ts'
import { findActiveService } from '../services/find-service.ts'
import { launchSettings } from '../services/launch-settings.ts'
import { putDeployment } from '../services/new-service.ts'
import { showService } from '../services/show-service.ts'
import {
  checkStrategyChange,
  concernsLaunch,
  isLaunchChanged,
  refuseLaunchChange,
  wantedLaunch,
  withLaunch,
  withSchedule,
} from '../services/update-service-row.ts'
import { checkNetworkOwners } from '../tasks/check-network-owners.ts'
import { checkServiceRoles } from '../tasks/check-roles.ts'
import { definitionToLaunch } from '../tasks/launch-parts.ts'

/**
 * Changes what is given of a service. Where that changes what its tasks are launched with, or where it is asked for, a
 * new deployment begins; all else holds for tasks to come.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
 */
export async function updateService(context: EcsContext, request: UpdateServiceRequest): Promise<UpdateServiceResponse> {
  const cluster = findCluster(context, request.cluster)
  findActiveService(context, cluster, request.service)
  await checkNetworkOwners(context, request)
  await checkServiceRoles(context, request)
  const { serviceArn, service } = await context.store.commit(transaction => {
    const row = putServiceUpdate(context, transaction, cluster, request)
    return { serviceArn: row.service.serviceArn, service: showService(context, row, { withTags: true }) }
  })
  context.wake('service', serviceArn)
  return { service }
}

/** What the call does to the rows, within a commit. */
export function putServiceUpdate(
  context: EcsContext,
  transaction: Transaction,
  cluster: ClusterRow,
  request: UpdateServiceRequest,
): ServiceRow {
  const found = findActiveService(context, cluster, request.service)
  checkUpdate(found, request)
  return put(context, transaction, cluster, withSchedule(found, request), request)
}

function checkUpdate({ service }: ServiceRow, request: UpdateServiceRequest): void {
  const { schedulingStrategy, deploymentController } = service
  const controller = deploymentController?.type ?? 'ECS'
  if (request.deploymentController !== undefined && request.deploymentController.type !== controller) {
    throw new ServiceError('UnsupportedFeatureException', 'kecs does not change the deployment controller of a service.')
  }
  checkDesiredCount(request.desiredCount, schedulingStrategy)
  checkGracePeriod(request.healthCheckGracePeriodSeconds)
  checkPlacement(request, schedulingStrategy)
  if (controller !== 'ECS') refuseLaunchChange(controller, request)
}

/** Puts the service, with a new deployment where one is needed. */
function put(
  context: EcsContext,
  transaction: Transaction,
  cluster: ClusterRow,
  row: ServiceRow,
  request: UpdateServiceRequest,
): ServiceRow {
  if (!concernsLaunch(request) || row.service.deploymentController?.type !== 'ECS') {
    transaction.put(services, row)
    return row
  }
  checkStrategyChange(row, request)
  const definition = definitionFor(context, row, request)
  const settings = launchSettings(context, cluster, definition, wantedLaunch(context, row, request), 'updated')
  const launching = withLaunch(row, settings)
  if (request.forceNewDeployment === true || isLaunchChanged(context, row, settings)) {
    return putDeployment(context, transaction, cluster, launching, settings)
  }
  transaction.put(services, launching)
  return launching
}

/** The one that is asked for, or the service's own, whatever became of it. */
function definitionFor(context: EcsContext, { service }: ServiceRow, { taskDefinition }: UpdateServiceRequest): TaskDefinitionRow {
  if (taskDefinition !== undefined) return definitionToLaunch(context, taskDefinition)
  const own = findTaskDefinition(context, service.taskDefinition ?? '')
  if (own === undefined) throw new ServiceError('ClientException', 'TaskDefinition not found.')
  return own
}
