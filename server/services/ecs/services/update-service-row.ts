import type { DeploymentConfiguration, UpdateServiceRequest } from '../../../aws/generated/ecs.ts'
import { sameJson } from '../../../domain/same-json.ts'
import { serviceRevisions } from '../../../store/service-tables.ts'
import type { ServiceRevisionRow, ServiceRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { checkDeploymentConfiguration } from './check-deployment-configuration.ts'
import { mergedDeploymentConfiguration, zoneRebalancing } from './defaults.ts'
import { shownNetwork } from './launch-settings.ts'
import type { LaunchRequest, LaunchSettings } from './launch-settings.ts'

/** What an update asks the scheduler for, beside launching. */
type ScheduleRequest = Pick<
  UpdateServiceRequest,
  | 'availabilityZoneRebalancing'
  | 'deploymentConfiguration'
  | 'desiredCount'
  | 'enableECSManagedTags'
  | 'enableExecuteCommand'
  | 'healthCheckGracePeriodSeconds'
  | 'placementConstraints'
  | 'placementStrategy'
  | 'propagateTags'
>

/** The service with what holds for tasks to come and changes no deployment. Throws InvalidParameterException. */
export function withSchedule(row: ServiceRow, request: ScheduleRequest): ServiceRow {
  const { schedulingStrategy, deploymentController, deploymentConfiguration: before = {} } = row.service
  const given = request.deploymentConfiguration
  const deploymentConfiguration = given === undefined ? before : mergedDeploymentConfiguration(before, given)
  checkDeploymentConfiguration(deploymentConfiguration, { schedulingStrategy, controller: deploymentController?.type ?? 'ECS' })
  const service: ServiceRow['service'] = {
    ...row.service,
    deploymentConfiguration,
    desiredCount: request.desiredCount ?? row.service.desiredCount,
    enableECSManagedTags: request.enableECSManagedTags ?? row.service.enableECSManagedTags,
    enableExecuteCommand: request.enableExecuteCommand ?? row.service.enableExecuteCommand,
    healthCheckGracePeriodSeconds: request.healthCheckGracePeriodSeconds ?? row.service.healthCheckGracePeriodSeconds,
    placementConstraints: request.placementConstraints ?? row.service.placementConstraints,
    placementStrategy: request.placementStrategy ?? row.service.placementStrategy,
    propagateTags: request.propagateTags ?? row.service.propagateTags,
  }
  const availabilityZoneRebalancing = rebalancing(service, request.availabilityZoneRebalancing, deploymentConfiguration)
  return { ...row, service: { ...service, availabilityZoneRebalancing } }
}

/** What was asked for must be possible; what was there before gives way to settings that exclude it. */
const rebalancing = (
  service: ServiceRow['service'],
  asked: UpdateServiceRequest['availabilityZoneRebalancing'],
  deploymentConfiguration: DeploymentConfiguration,
): 'DISABLED' | 'ENABLED' => {
  if (asked === undefined && service.availabilityZoneRebalancing === 'DISABLED') return 'DISABLED'
  return zoneRebalancing({ ...service, deploymentConfiguration, availabilityZoneRebalancing: asked }, 'updated')
}

/** All that tasks would be launched with: what the service has, and what the update gives in its place. */
export function wantedLaunch(
  { store }: Pick<EcsContext, 'store'>,
  { service, deployments }: ServiceRow,
  request: UpdateServiceRequest,
): LaunchRequest {
  const primary = deployments[0]
  const revision: Partial<ServiceRevisionRow['revision']> =
    primary === undefined ? {} : (store.table(serviceRevisions).get(primary.serviceRevisionArn)?.revision ?? {})
  const { launchType, capacityProviderStrategy, platformVersion: platformBefore, ...before } = service
  const strategy = request.capacityProviderStrategy ?? capacityProviderStrategy
  const usesStrategy = strategy !== undefined && strategy.length > 0
  const platformVersion = request.platformVersion ?? (stayedOnFargate(request, service) ? platformBefore : undefined)
  return {
    ...(usesStrategy ? { capacityProviderStrategy: strategy } : { launchType: launchType ?? launchTypeAfter(service) }),
    ...(platformVersion === undefined ? {} : { platformVersion }),
    enableExecuteCommand: request.enableExecuteCommand ?? before.enableExecuteCommand,
    loadBalancers: request.loadBalancers ?? before.loadBalancers,
    networkConfiguration: request.networkConfiguration ?? before.networkConfiguration,
    placementConstraints: request.placementConstraints ?? before.placementConstraints,
    placementStrategy: request.placementStrategy ?? before.placementStrategy,
    serviceRegistries: request.serviceRegistries ?? before.serviceRegistries,
    serviceConnectConfiguration: request.serviceConnectConfiguration ?? revision.serviceConnectConfiguration,
    volumeConfigurations: request.volumeConfigurations ?? revision.volumeConfigurations,
    vpcLatticeConfigurations: request.vpcLatticeConfigurations ?? revision.vpcLatticeConfigurations,
    gatewayConnectors: request.gatewayConnectors ?? revision.gatewayConnectors,
    monitoring: request.monitoring ?? revision.monitoring,
  }
}

/** A platform version is Fargate's: it does not outlive a strategy of other providers. */
const stayedOnFargate = (
  { capacityProviderStrategy: strategy = [] }: UpdateServiceRequest,
  { platformVersion }: ServiceRow['service'],
): boolean => platformVersion !== undefined && strategy.every(({ capacityProvider }) => capacityProvider.startsWith('FARGATE'))

/** What a service without a strategy runs on when it had one: its launch type is known by its platform. */
const launchTypeAfter = ({ platformVersion }: ServiceRow['service']): 'EC2' | 'FARGATE' =>
  platformVersion === undefined ? 'EC2' : 'FARGATE'

/** Throws where a strategy is to change without a new deployment. */
export function checkStrategyChange(
  { service }: ServiceRow,
  { capacityProviderStrategy: asked, forceNewDeployment }: UpdateServiceRequest,
): void {
  if (asked === undefined || forceNewDeployment === true) return
  const filled = asked.map(({ capacityProvider, weight = 0, base = 0 }) => ({ capacityProvider, weight, base }))
  refuseIf(
    !sameJson(filled, service.capacityProviderStrategy ?? []),
    'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
  )
}

/** The members of a revision that only a new deployment brings to tasks. */
const launchMembers = [
  'capacityProviderStrategy',
  'gatewayConnectors',
  'launchType',
  'loadBalancers',
  'monitoring',
  'networkConfiguration',
  'platformVersion',
  'serviceConnectConfiguration',
  'serviceRegistries',
  'taskDefinition',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
] as const

/** Whether tasks would be launched otherwise than those of the service's newest deployment. */
export function isLaunchChanged({ store }: Pick<EcsContext, 'store'>, { deployments }: ServiceRow, { revision }: LaunchSettings): boolean {
  const primary = deployments[0]
  const before = primary === undefined ? undefined : store.table(serviceRevisions).get(primary.serviceRevisionArn)?.revision
  return before === undefined || launchMembers.some(member => !sameJson(before[member], revision[member]))
}

/** The service as it shows what its newest deployment launches. */
export function withLaunch(row: ServiceRow, { capacity, revision }: LaunchSettings): ServiceRow {
  const {
    launchType: _type,
    capacityProviderStrategy: _strategy,
    platformVersion: _version,
    platformFamily: _family,
    ...rest
  } = row.service
  const { networkConfiguration, loadBalancers = [], serviceRegistries = [], taskDefinition } = revision
  return {
    ...row,
    service: {
      ...rest,
      ...capacity,
      ...(networkConfiguration === undefined ? {} : { networkConfiguration: shownNetwork(networkConfiguration) }),
      loadBalancers,
      serviceRegistries,
      taskDefinition,
    },
  }
}

/** What is launched, in the words of the refusals. */
const launchParts = [
  ['taskDefinition', 'task definition'],
  ['networkConfiguration', 'network parameters'],
  ['platformVersion', 'platform version'],
  ['capacityProviderStrategy', 'capacity provider strategy'],
  ['loadBalancers', 'load balancers'],
  ['serviceRegistries', 'service registries'],
  ['serviceConnectConfiguration', 'Service Connect configuration'],
  ['volumeConfigurations', 'volume configurations'],
  ['vpcLatticeConfigurations', 'VPC Lattice configurations'],
  ['gatewayConnectors', 'gateway connectors'],
  ['monitoring', 'monitoring configuration'],
] as const

/** Throws for what belongs to the task sets of a service that ECS does not deploy itself. */
export function refuseLaunchChange(controller: 'CODE_DEPLOY' | 'EXTERNAL', request: UpdateServiceRequest): void {
  const rest =
    controller === 'CODE_DEPLOY'
      ? 'on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.'
      : 'on services with an EXTERNAL deployment controller. Use task sets to trigger a new deployment.'
  refuseIf(request.forceNewDeployment === true, `Cannot force a new deployment ${rest}`)
  for (const [member, name] of launchParts) refuseIf(request[member] !== undefined, `Unable to update ${name} ${rest}`)
}

/**
 * Whether an update says anything of what tasks are launched with. Where it does not, what the service was made with is
 * not looked at again: it may be gone, and the service still be scaled down.
 */
export const concernsLaunch = (request: UpdateServiceRequest): boolean =>
  request.forceNewDeployment === true ||
  request.enableExecuteCommand === true ||
  request.placementConstraints !== undefined ||
  request.placementStrategy !== undefined ||
  launchParts.some(([member]) => request[member] !== undefined)
