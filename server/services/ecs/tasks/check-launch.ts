import { ServiceError } from '../../../aws/errors.ts'
import type { RunTaskRequest, TaskDefinition, TaskManagedEBSVolumeConfiguration } from '../../../aws/generated/ecs.ts'
import type { Capacity } from '../../../domain/task-record.ts'
import { cpuUnits, memoryMiB } from '../../../domain/task-spec-size.ts'
import { isFargateSize } from '../task-definition/size.ts'
import { isNewestPlatform } from './capacity.ts'
import { refuseIf, refuseMoreThan } from './invalid-parameter.ts'

/**
 * Refuses a RunTask call that its task definition does not bear on the capacity that was chosen. Throws
 * InvalidParameterException, ClientException, PlatformTaskDefinitionIncompatibilityException and, for what kecs lacks,
 * UnsupportedFeatureException.
 */
export function checkLaunch(request: RunTaskRequest, definition: TaskDefinition, capacity: Capacity): void {
  const { launchType } = capacity
  refuseIf(definition.compatibilities?.includes(launchType) === false, `Task definition does not support launch_type ${launchType}.`)
  checkNetworkMode(request, definition, capacity)
  if (launchType === 'FARGATE') checkFargate(request, definition, capacity)
  else refuseIf(request.overrides?.ephemeralStorage !== undefined, 'Tasks using the EC2 launch type do not support EphemeralStorage')
  checkOverriddenContainers(request, definition)
  checkExecuteCommand(request, definition)
  checkVolumes(request, definition)
}

function checkNetworkMode(request: RunTaskRequest, definition: TaskDefinition, { launchType }: Capacity): void {
  const vpc = request.networkConfiguration?.awsvpcConfiguration
  if (definition.networkMode === 'awsvpc') {
    refuseIf(vpc === undefined, "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    refuseIf(vpc?.assignPublicIp === 'ENABLED' && launchType !== 'FARGATE', 'Assign public IP is not supported for this launch type.')
    return
  }
  refuseIf(vpc !== undefined, 'Network Configuration is not valid for the given networkMode of this task definition.')
}

function checkFargate(request: RunTaskRequest, definition: TaskDefinition, capacity: Capacity): void {
  refuseIf((request.placementConstraints ?? []).length > 0, 'Placement constraints are not supported with FARGATE launch type.')
  refuseIf((request.placementStrategy ?? []).length > 0, 'Placement strategies are not supported with FARGATE launch type.')
  checkFargateSize(request, definition)
  const storage = request.overrides?.ephemeralStorage?.sizeInGiB
  refuseIf(storage !== undefined && storage < 21, 'EphemeralStorage size should be at least 21')
  refuseIf(storage !== undefined && storage > 200, 'EphemeralStorage size should be at most 200')
  const needsNewest =
    storage !== undefined ||
    definition.ephemeralStorage !== undefined ||
    (definition.volumes ?? []).some(volume => volume.efsVolumeConfiguration !== undefined)
  if (isWindows(definition) || (needsNewest && !isNewestPlatform(capacity))) {
    throw new ServiceError('PlatformTaskDefinitionIncompatibilityException', 'One or more of the requested capabilities are not supported.')
  }
}

/** The definition's own size was checked when it was registered. */
function checkFargateSize({ overrides }: RunTaskRequest, definition: TaskDefinition): void {
  if (overrides?.cpu === undefined && overrides?.memory === undefined) return
  const cpu = cpuUnits(overrides.cpu ?? definition.cpu ?? '') ?? 0
  const memory = memoryMiB(overrides.memory ?? definition.memory ?? '') ?? 0
  refuseIf(
    !isFargateSize(cpu, memory),
    `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. See the Amazon ECS documentation for the valid values.`,
  )
}

/** There are Linux nodes only. */
export const isWindows = ({ runtimePlatform }: TaskDefinition): boolean =>
  runtimePlatform?.operatingSystemFamily?.startsWith('WINDOWS') === true

function checkOverriddenContainers({ overrides }: RunTaskRequest, definition: TaskDefinition): void {
  for (const { name, environment = [] } of overrides?.containerOverrides ?? []) {
    const container = definition.containerDefinitions?.find(each => each.name === name)
    refuseIf(container === undefined, `Override for container named ${name} is not a container in the TaskDefinition.`)
    const shared = container?.secrets?.find(secret => environment.some(variable => variable.name === secret.name))
    if (shared !== undefined) {
      throw new ServiceError(
        'ClientException',
        `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${shared.name}'.`,
      )
    }
  }
}

function checkExecuteCommand({ enableExecuteCommand, overrides }: RunTaskRequest, definition: TaskDefinition): void {
  const role = overrides?.taskRoleArn ?? definition.taskRoleArn ?? ''
  refuseIf(
    enableExecuteCommand === true && role === '',
    'The execute command failed because a valid task role is not being used. Specify a valid task role in your task definition or as a task override and try again.',
  )
}

function checkVolumes({ volumeConfigurations = [] }: RunTaskRequest, definition: TaskDefinition): void {
  const atLaunch = (definition.volumes ?? []).filter(volume => volume.configuredAtLaunch === true).map(volume => volume.name)
  for (const { name } of volumeConfigurations) {
    refuseIf(!atLaunch.includes(name), `The volume name '${name}' in your request does not have a matching volume in your Task Definition`)
  }
  refuseMoreThan('volumeConfigurations', volumeConfigurations, 1)
  for (const name of atLaunch) {
    // The text is not AWS'.
    const isConfigured = volumeConfigurations.some(each => each.name === name && each.managedEBSVolume !== undefined)
    refuseIf(!isConfigured, `The volume '${name}' is configured at launch, but the request has no managedEBSVolume for it.`)
  }
  for (const { managedEBSVolume } of volumeConfigurations) {
    refuseIf(managedEBSVolume === undefined || !isVolume(managedEBSVolume), 'ECS managed EBS volume configuration was invalid')
  }
}

/** What EC2 makes a volume of: a size or a snapshot, and no more than its type can be told. */
function isVolume({ sizeInGiB, snapshotId, volumeType, iops, throughput }: TaskManagedEBSVolumeConfiguration): boolean {
  if (sizeInGiB === undefined && snapshotId === undefined) return false
  // gp3 is ECS' default.
  const type = volumeType ?? 'gp3'
  return (iops === undefined || ['io1', 'io2', 'gp3'].includes(type)) && (throughput === undefined || type === 'gp3')
}
