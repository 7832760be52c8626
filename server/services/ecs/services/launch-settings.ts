import type {
  CreateServiceRequest,
  DeploymentControllerType,
  NetworkConfiguration,
  ServiceRevision,
  ServiceVolumeConfiguration,
  TaskDefinition,
} from '../../../aws/generated/ecs.ts'
import type { RevisionSettings } from '../../../domain/services/records.ts'
import type { ClusterRow, TaskDefinitionRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { possibleCapacities } from '../tasks/capacity.ts'
import { checkLaunch } from '../tasks/check-launch.ts'
import { checkNetwork } from '../tasks/check-run-task.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'
import { checkGatewayConnectors } from '../gateways/check-connectors.ts'
import { checkServiceConnect, checkServiceRegistries } from './check-discovery.ts'
import { checkLoadBalancers } from './check-load-balancers.ts'

/** What the tasks of a deployment or a task set are launched with, as it is asked for: all, not only what changes. */
export type LaunchRequest = Pick<
  CreateServiceRequest,
  | 'capacityProviderStrategy'
  | 'enableExecuteCommand'
  | 'gatewayConnectors'
  | 'launchType'
  | 'loadBalancers'
  | 'monitoring'
  | 'networkConfiguration'
  | 'placementConstraints'
  | 'placementStrategy'
  | 'platformVersion'
  | 'serviceConnectConfiguration'
  | 'serviceRegistries'
  | 'volumeConfigurations'
  | 'vpcLatticeConfigurations'
>

/** Where what is launched is to run. Shown by services, deployments, revisions and task sets. */
export type ShownCapacity = Pick<ServiceRevision, 'capacityProviderStrategy' | 'launchType' | 'platformFamily' | 'platformVersion'>

export interface LaunchSettings {
  /** As a service shows it: `LATEST` where that is what was asked for. */
  readonly capacity: ShownCapacity
  /** Of a new revision, with the platform version that `LATEST` is now. */
  readonly revision: RevisionSettings
}

/**
 * Checks what is asked for against the cluster and the task definition, and fills what AWS fills. `verb` is for the
 * texts. Throws what RunTask throws of it and InvalidParameterException.
 */
export function launchSettings(
  context: Pick<EcsContext, 'store' | 'account' | 'region'>,
  cluster: ClusterRow,
  { taskDefinition }: TaskDefinitionRow,
  request: LaunchRequest,
  verb: 'created' | 'updated',
): LaunchSettings {
  const { capacities, strategy } = checkedCapacities(cluster, request)
  const onFargate = capacities.some(({ launchType }) => launchType === 'FARGATE')
  checkVolumes(request.volumeConfigurations ?? [], taskDefinition)
  for (const capacity of capacities) checkLaunch(taskLaunch(request, taskDefinition), taskDefinition, capacity)
  refuseIf(
    request.enableExecuteCommand === true && (taskDefinition.taskRoleArn ?? '') === '',
    `The service couldn't be ${verb} because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.`,
  )
  const { loadBalancers = [], serviceRegistries = [] } = request
  checkLoadBalancers(context, loadBalancers, taskDefinition, { onFargate })
  checkServiceRegistries(context, serviceRegistries, taskDefinition)
  checkServiceConnect(context, request.serviceConnectConfiguration, cluster, taskDefinition)
  checkGatewayConnectors(request.gatewayConnectors ?? [], taskDefinition)
  const [first] = capacities
  const where: ShownCapacity =
    strategy.length > 0
      ? { capacityProviderStrategy: strategy.map(({ capacityProvider, weight = 0, base = 0 }) => ({ capacityProvider, weight, base })) }
      : { launchType: first?.launchType ?? 'EC2' }
  const platform = (version: string | undefined): ShownCapacity =>
    onFargate && version !== undefined ? { platformVersion: version, platformFamily: 'Linux' } : {}
  return {
    capacity: { ...where, ...platform(request.platformVersion ?? 'LATEST') },
    revision: {
      ...where,
      ...platform(capacities.find(({ platformVersion }) => platformVersion !== undefined)?.platformVersion),
      ...shownParts(request, taskDefinition),
      taskDefinition: taskDefinition.taskDefinitionArn,
      enableExecuteCommand: request.enableExecuteCommand ?? false,
    },
  }
}

function checkedCapacities(cluster: ClusterRow, request: LaunchRequest): ReturnType<typeof possibleCapacities> {
  const { launchType, capacityProviderStrategy = [] } = request
  refuseIf(
    launchType !== undefined && capacityProviderStrategy.length > 0,
    'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
  )
  refuseIf(
    launchType === 'MANAGED_INSTANCES',
    'The launch type MANAGED_INSTANCES is not supported. Specify a capacity provider strategy and try again.',
  )
  refuseMoreThan('capacityProviderStrategy', capacityProviderStrategy, 20)
  checkNetwork(request)
  return possibleCapacities(request, cluster)
}

/** What of it RunTask knows too. */
const taskLaunch = (request: LaunchRequest, definition: TaskDefinition) => ({
  taskDefinition: definition.taskDefinitionArn ?? '',
  networkConfiguration: request.networkConfiguration,
  placementConstraints: request.placementConstraints,
  placementStrategy: request.placementStrategy,
  volumeConfigurations: request.volumeConfigurations,
})

function checkVolumes(configurations: readonly ServiceVolumeConfiguration[], { volumes = [] }: TaskDefinition): void {
  refuseIf(
    configurations.length > 0 && !volumes.some(volume => volume.configuredAtLaunch === true),
    'Volume configuration provided but no matching configuredAtLaunch volume found in task definition.',
  )
}

/** What a revision shows beside its capacity; what was not given is left out. */
function shownParts(
  request: LaunchRequest,
  { containerDefinitions = [] }: TaskDefinition,
): Omit<ServiceRevision, keyof ShownCapacity | 'taskDefinition'> {
  const { networkConfiguration, serviceConnectConfiguration, volumeConfigurations, vpcLatticeConfigurations } = request
  const { loadBalancers = [], serviceRegistries = [], gatewayConnectors, monitoring } = request
  return {
    ...(networkConfiguration === undefined ? {} : { networkConfiguration: shownNetwork(networkConfiguration) }),
    ...(serviceConnectConfiguration === undefined ? {} : { serviceConnectConfiguration }),
    ...(volumeConfigurations === undefined ? {} : { volumeConfigurations }),
    ...(vpcLatticeConfigurations === undefined ? {} : { vpcLatticeConfigurations }),
    ...(gatewayConnectors === undefined ? {} : { gatewayConnectors }),
    ...(monitoring === undefined ? {} : { monitoring }),
    loadBalancers,
    serviceRegistries,
    containerImages: containerDefinitions.map(({ name, image }) => ({ containerName: name, image })),
    guardDutyEnabled: false,
    resolvedConfiguration: {
      loadBalancers: loadBalancers.map(({ targetGroupArn, advancedConfiguration: advanced }) => ({
        targetGroupArn,
        ...(advanced?.productionListenerRule === undefined ? {} : { productionListenerRule: advanced.productionListenerRule }),
      })),
    },
  }
}

/** A network configuration as AWS shows it, with what was left out. */
export const shownNetwork = ({ awsvpcConfiguration: vpc }: NetworkConfiguration): NetworkConfiguration =>
  vpc === undefined
    ? {}
    : {
        awsvpcConfiguration: {
          subnets: vpc.subnets,
          securityGroups: vpc.securityGroups ?? [],
          assignPublicIp: vpc.assignPublicIp ?? 'DISABLED',
        },
      }

/** Whether `controller` has deployments; those of the others are task sets. */
export const hasDeployments = (controller: DeploymentControllerType): boolean => controller === 'ECS'
