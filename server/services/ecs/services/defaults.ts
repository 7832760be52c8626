import type {
  CreateServiceRequest,
  DeploymentConfiguration,
  DeploymentControllerType,
  SchedulingStrategy,
} from '../../../aws/generated/ecs.ts'
import { roleArn } from '../../../domain/arn.ts'
import type { Place } from '../../../domain/arn.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

interface Kind {
  readonly schedulingStrategy: SchedulingStrategy
  readonly controller: DeploymentControllerType
}

/** A deployment configuration with what AWS fills in. The strategy and the circuit breaker are the ECS controller's alone. */
export const filledDeploymentConfiguration = (
  given: DeploymentConfiguration | undefined,
  { schedulingStrategy, controller }: Kind,
): DeploymentConfiguration => ({
  ...(controller === 'ECS'
    ? { deploymentCircuitBreaker: { enable: false, rollback: false }, strategy: 'ROLLING', bakeTimeInMinutes: 0 }
    : {}),
  ...(schedulingStrategy === 'DAEMON'
    ? { maximumPercent: 100, minimumHealthyPercent: 0 }
    : { maximumPercent: 200, minimumHealthyPercent: 100 }),
  ...defined(given),
})

/** What an update gives in the place of what was there, member by member. */
export function mergedDeploymentConfiguration(before: DeploymentConfiguration, given: DeploymentConfiguration): DeploymentConfiguration {
  const { linearConfiguration, canaryConfiguration, ...merged } = { ...before, ...defined(given) }
  // Those of another strategy would contradict the new one.
  return {
    ...merged,
    ...(linearConfiguration !== undefined && (given.linearConfiguration !== undefined || merged.strategy === 'LINEAR')
      ? { linearConfiguration }
      : {}),
    ...(canaryConfiguration !== undefined && (given.canaryConfiguration !== undefined || merged.strategy === 'CANARY')
      ? { canaryConfiguration }
      : {}),
  }
}

/** Without the members that are undefined, which would hide what they are spread over. */
export const defined = <Value extends object>(value: Value | undefined): Partial<Value> => {
  const kept: Partial<Value> = { ...value }
  for (const name in kept) if (kept[name] === undefined) delete kept[name]
  return kept
}

/**
 * The role that a service shows: the one that it was given by name or ARN, else ECS' service-linked one where its tasks
 * have network interfaces or are registered anywhere.
 */
export function serviceRoleArn(place: Place, request: CreateServiceRequest): string | undefined {
  const { role, loadBalancers = [], serviceRegistries = [], networkConfiguration } = request
  if (role !== undefined) return roleArn(place, role)
  const isLinked = loadBalancers.length > 0 || serviceRegistries.length > 0 || networkConfiguration?.awsvpcConfiguration !== undefined
  return isLinked ? roleArn(place, 'aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS') : undefined
}

type RebalancingRequest = Pick<
  CreateServiceRequest,
  | 'availabilityZoneRebalancing'
  | 'deploymentConfiguration'
  | 'launchType'
  | 'placementConstraints'
  | 'placementStrategy'
  | 'schedulingStrategy'
>

/**
 * Whether a service's tasks are kept in balance over zones: as it was asked for, else where it is possible. Throws
 * InvalidParameterException where it is asked for and is not.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 */
export function zoneRebalancing(request: RebalancingRequest, verb: 'created' | 'updated'): 'DISABLED' | 'ENABLED' {
  const obstacle = rebalancingObstacle(request)
  if (request.availabilityZoneRebalancing === undefined) return obstacle === undefined ? 'ENABLED' : 'DISABLED'
  refuseIf(
    request.availabilityZoneRebalancing === 'ENABLED' && obstacle !== undefined,
    `The service couldn't be ${verb} because Availability Zone Rebalancing does not support ${obstacle ?? ''} and try again.`,
  )
  return request.availabilityZoneRebalancing
}

function rebalancingObstacle(request: RebalancingRequest): string | undefined {
  if (request.schedulingStrategy === 'DAEMON') return 'DAEMON as scheduling strategy. Update scheduling strategy'
  if (request.launchType === 'EXTERNAL') return 'EXTERNAL as launch type. Update launch type'
  if (request.deploymentConfiguration?.maximumPercent === 100) return '100 as maximumPercent. Update maximumPercent'
  const [first] = request.placementStrategy ?? []
  if (first !== undefined && !(first.type === 'spread' && first.field === 'attribute:ecs.availability-zone')) {
    return 'a first placement strategy other than spread over attribute:ecs.availability-zone. Update placement strategy'
  }
  if (request.placementConstraints?.some(({ expression }) => expression?.includes('ecs.availability-zone')) === true) {
    return 'a placement constraint on attribute:ecs.availability-zone. Update placement constraints'
  }
  return undefined
}
