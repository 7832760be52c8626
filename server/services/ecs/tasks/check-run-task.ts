import { ServiceError } from '../../../aws/errors.ts'
import type { RunTaskRequest, TaskOverride } from '../../../aws/generated/ecs.ts'
import { cpuUnits, memoryMiB } from '../../../domain/task-spec-size.ts'
import { invalidParameter, refuseIf, refuseLongerThan, refuseMoreThan } from './invalid-parameter.ts'

/**
 * Refuses what is wrong with a RunTask call whatever its cluster and task definition are. Throws
 * InvalidParameterException, or UnsupportedFeatureException for what kecs lacks.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export function checkRunTask(request: RunTaskRequest): void {
  const { count = 1, clientToken, group } = request
  refuseIf(!Number.isInteger(count) || count < 1 || count > 10, 'count must be between 1 and 10.')
  refuseLongerThan('startedBy', request.startedBy, 128)
  refuseLongerThan('group', group, 255)
  // It is how a service's tasks are told from others.
  refuseIf(group?.startsWith('service:') === true, "group must not start with 'service:', which is reserved for the tasks of services.")
  refuseLongerThan('clientToken', clientToken, 64)
  refuseIf(clientToken !== undefined && !/^[!-~]+$/.test(clientToken), 'clientToken must match ^[!-~]{1,64}$')
  refuseIf(request.propagateTags === 'SERVICE', 'propagateTags SERVICE is not supported when running a task.')
  checkPlacement(request)
  checkNetwork(request)
  checkOverrides(request.overrides)
}

function checkPlacement(request: RunTaskRequest): void {
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
  refuseMoreThan('placementConstraints', request.placementConstraints, 10)
  refuseMoreThan('placementStrategy', request.placementStrategy, 5)
}

/** Throws InvalidParameterException for subnets and security groups that no task can have. */
export function checkNetwork({ networkConfiguration }: Pick<RunTaskRequest, 'networkConfiguration'>): void {
  const vpc = networkConfiguration?.awsvpcConfiguration
  if (vpc === undefined) return
  refuseIf(vpc.subnets.length === 0, 'subnets can not be empty.')
  refuseMoreThan('subnets', vpc.subnets, 16)
  refuseMoreThan('securityGroups', vpc.securityGroups, 5)
}

/** AWS' limit includes the JSON around the values. */
const maxOverrides = 8192

function checkOverrides(overrides: TaskOverride | undefined): void {
  if (overrides === undefined) return
  const { containerOverrides = [], inferenceAcceleratorOverrides = [], cpu, memory } = overrides
  const names = new Set<string>()
  for (const { name, environment = [] } of containerOverrides) {
    if (name === undefined) throw invalidParameter('Override argument cannot be null')
    refuseIf(names.has(name), `The container named ${name} is overridden more than once.`)
    names.add(name)
    refuseIf(
      environment.some(variable => variable.name === undefined || variable.name === ''),
      'environment variable name can not be blank.',
    )
  }
  refuseIf(JSON.stringify(containerOverrides).length > maxOverrides, `Container Overrides length must be at most ${maxOverrides}`)
  refuseIf(cpu !== undefined && cpuUnits(cpu) === undefined, "Invalid 'cpu' setting for task.")
  refuseIf(memory !== undefined && memoryMiB(memory) === undefined, "Invalid 'memory' setting for task.")
  if (inferenceAcceleratorOverrides.length > 0) {
    throw new ServiceError('UnsupportedFeatureException', 'Amazon Elastic Inference is no longer available.')
  }
}
