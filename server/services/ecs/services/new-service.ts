import { epochSeconds } from '../../../../shared/clock.ts'
import type { CreateServiceRequest } from '../../../aws/generated/ecs.ts'
import { connectIsSimulated } from '../../../domain/services/messages.ts'
import { type NewDeployment, beginDeployment, serviceArn, withEvents } from '../../../domain/services/records.ts'
import { serviceDeployments, serviceEvents, serviceRevisions, services, taskSets } from '../../../store/service-tables.ts'
import type { RevisionConnect, ServiceRow } from '../../../store/service-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import { type ClusterRow, taskDefinitions } from '../../../store/tables.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { definitionToLaunch } from '../tasks/launch-parts.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { checkDeploymentConfiguration } from './check-deployment-configuration.ts'
import { checkTrafficShift } from './check-traffic-shift.ts'
import { putConnect, unresolvable } from './connect.ts'
import { filledDeploymentConfiguration, serviceRoleArn, zoneRebalancing } from './defaults.ts'
import { launchSettings, shownNetwork } from './launch-settings.ts'
import type { LaunchSettings } from './launch-settings.ts'
import { newTaskSet } from './new-task-set.ts'
import { withTargetGroups } from './target-groups.ts'

/** Puts a new service with its first deployment or, for the controller CODE_DEPLOY, its first task set. */
export function putNewService(
  context: EcsContext,
  transaction: Transaction,
  cluster: ClusterRow,
  request: CreateServiceRequest,
  requestDigest: string,
): ServiceRow {
  const controller = request.deploymentController?.type ?? 'ECS'
  refuseIf(
    controller !== 'ECS' && request.serviceConnectConfiguration?.enabled === true,
    `Service Connect is not supported with the deployment controller ${controller}.`,
  )
  const settings =
    controller === 'EXTERNAL'
      ? undefined
      : launchSettings(context, cluster, definitionToLaunch(context, request.taskDefinition ?? ''), request, 'created')
  const row = newService(context, cluster, request, settings, requestDigest)
  transaction.put(serviceEvents, { serviceArn: row.service.serviceArn, events: [] })
  if (settings === undefined) {
    transaction.put(services, row)
    return row
  }
  if (controller === 'CODE_DEPLOY') {
    transaction.put(services, row)
    transaction.put(taskSets, newTaskSet(context, row, settings, { status: 'PRIMARY', scale: 100, tags: [] }))
    return row
  }
  return putDeployment(context, transaction, cluster, row, settings)
}

/** Begins a deployment of a service that already holds what is asked for. */
export function putDeployment(
  context: EcsContext,
  transaction: Transaction,
  cluster: ClusterRow,
  row: ServiceRow,
  settings: LaunchSettings,
): ServiceRow {
  const { clusterName } = cluster.cluster
  const previous =
    row.serviceDeploymentArn === undefined ? undefined : context.store.table(serviceDeployments).get(row.serviceDeploymentArn)
  const { loadBalancers = [], serviceConnectConfiguration } = settings.revision
  checkTrafficShift(context, loadBalancers, {
    strategy: row.service.deploymentConfiguration?.strategy,
    connects: serviceConnectConfiguration?.enabled === true,
  })
  const begun = beginDeployment(row, withTargetGroups(context, row, settings.revision), previous, {
    place: context,
    clusterName,
    ids: context.ids,
    now: context.clock.now(),
  })
  const connect = connectOf(context, transaction, cluster, begun)
  transaction.put(services, begun.service)
  transaction.put(serviceRevisions, connect === undefined ? begun.revision : { ...begun.revision, connect })
  for (const serviceDeployment of begun.serviceDeployments) transaction.put(serviceDeployments, serviceDeployment)
  return begun.service
}

/** What a deployment has of Service Connect. What does not resolve is said in the events, where whoever asks why will look. */
function connectOf(
  context: EcsContext,
  transaction: Transaction,
  cluster: ClusterRow,
  { service, revision: { revision } }: NewDeployment,
): RevisionConnect | undefined {
  const configuration = revision.serviceConnectConfiguration
  const definition = context.store.table(taskDefinitions).get(revision.taskDefinition)?.taskDefinition
  if (configuration === undefined || definition === undefined) return undefined
  const connect = putConnect(context, transaction, { cluster, service, configuration, definition })
  if (connect === undefined) return undefined
  const { serviceArn: arn, serviceName } = service.service
  const messages = context.carriesConnect ? unresolvable(serviceName, connect) : [connectIsSimulated(serviceName)]
  if (messages.length > 0) {
    const events = context.store.table(serviceEvents).get(arn) ?? { serviceArn: arn, events: [] }
    transaction.put(serviceEvents, withEvents(events, messages, context.ids, context.clock.now()))
  }
  return connect
}

function newService(
  context: EcsContext,
  { scope, cluster }: ClusterRow,
  request: CreateServiceRequest,
  settings: LaunchSettings | undefined,
  requestDigest: string,
): ServiceRow {
  const { schedulingStrategy = 'REPLICA', networkConfiguration, clientToken } = request
  const controller = request.deploymentController?.type ?? 'ECS'
  const deploymentConfiguration = filledDeploymentConfiguration(request.deploymentConfiguration, { schedulingStrategy, controller })
  checkDeploymentConfiguration(deploymentConfiguration, { schedulingStrategy, controller })
  const now = context.clock.now()
  const role = serviceRoleArn(context, request)
  return {
    scope,
    service: {
      serviceArn: serviceArn(context, cluster.clusterName, request.serviceName),
      serviceName: request.serviceName,
      clusterArn: cluster.clusterArn,
      loadBalancers: request.loadBalancers ?? [],
      serviceRegistries: request.serviceRegistries ?? [],
      status: 'ACTIVE',
      desiredCount: request.desiredCount ?? 0,
      ...(settings === undefined
        ? { launchType: request.launchType }
        : { ...settings.capacity, taskDefinition: settings.revision.taskDefinition }),
      deploymentConfiguration,
      ...(role === undefined ? {} : { roleArn: role }),
      createdAt: epochSeconds(now),
      placementConstraints: request.placementConstraints ?? [],
      placementStrategy: request.placementStrategy ?? [],
      ...(networkConfiguration === undefined ? {} : { networkConfiguration: shownNetwork(networkConfiguration) }),
      healthCheckGracePeriodSeconds: request.healthCheckGracePeriodSeconds ?? 0,
      schedulingStrategy,
      deploymentController: { type: controller },
      createdBy: context.principal,
      enableECSManagedTags: request.enableECSManagedTags ?? false,
      propagateTags: request.propagateTags ?? 'NONE',
      enableExecuteCommand: request.enableExecuteCommand ?? false,
      availabilityZoneRebalancing: zoneRebalancing({ ...request, deploymentConfiguration }, 'created'),
      resourceManagementType: 'CUSTOMER',
    },
    tags: checkTags(request.tags),
    deployments: [],
    createdAt: now,
    ...(clientToken === undefined ? {} : { clientToken }),
    requestDigest,
  }
}
