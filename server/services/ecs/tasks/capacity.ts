import { ServiceError } from '../../../aws/errors.ts'
import type { CapacityProviderStrategyItem, RunTaskRequest } from '../../../aws/generated/ecs.ts'
import { providersFor } from '../../../domain/task-record-capacity.ts'
import type { Capacity } from '../../../domain/task-record.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import { refuseIf } from './invalid-parameter.ts'

type CapacityRequest = Pick<RunTaskRequest, 'capacityProviderStrategy' | 'launchType' | 'platformVersion'>

/**
 * What each of `count` tasks is launched on: the call's launch type, its capacity provider strategy, the cluster's
 * default strategy, or EC2, in this order. Throws InvalidParameterException and PlatformUnknownException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-capacity-providers.html
 */
export function capacitiesFor(count: number, request: CapacityRequest, cluster: ClusterRow): Capacity[] {
  const strategy = strategyFor(request, cluster)
  if (strategy.length === 0) {
    const capacity = capacityOf(launchTypeOf(request), request)
    return Array.from({ length: count }, () => capacity)
  }
  return providersFor(count, strategy).map(name => capacityOfProvider(name, request))
}

/**
 * Each capacity that tasks of a service may come to be launched on: one, or one for each provider of the strategy that
 * holds for it, which is answered too. Throws as `capacitiesFor` does.
 */
export function possibleCapacities(
  request: CapacityRequest,
  cluster: ClusterRow,
): { readonly capacities: readonly Capacity[]; readonly strategy: readonly CapacityProviderStrategyItem[] } {
  const strategy = strategyFor(request, cluster)
  if (strategy.length === 0) return { capacities: [capacityOf(launchTypeOf(request), request)], strategy }
  return { capacities: strategy.map(item => capacityOfProvider(item.capacityProvider, request)), strategy }
}

const launchTypeOf = ({ launchType }: CapacityRequest): Capacity['launchType'] =>
  launchType === 'FARGATE' || launchType === 'EXTERNAL' ? launchType : 'EC2'

const capacityOfProvider = (capacityProviderName: string, request: CapacityRequest): Capacity => ({
  ...capacityOf(isFargate(capacityProviderName) ? 'FARGATE' : 'EC2', request),
  capacityProviderName,
})

/** The strategy that holds for a call, checked; empty where a launch type does. */
function strategyFor(request: CapacityRequest, cluster: ClusterRow): readonly CapacityProviderStrategyItem[] {
  const strategy = strategyOf(request, cluster)
  if (strategy.length > 0) checkStrategy(strategy, cluster)
  return strategy
}

const strategyOf = (request: CapacityRequest, { cluster }: ClusterRow): readonly CapacityProviderStrategyItem[] => {
  if (request.launchType !== undefined) return []
  const asked = request.capacityProviderStrategy ?? []
  return asked.length > 0 ? asked : (cluster.defaultCapacityProviderStrategy ?? [])
}

const isFargate = (capacityProvider: string): boolean => capacityProvider === 'FARGATE' || capacityProvider === 'FARGATE_SPOT'

function checkStrategy(strategy: readonly CapacityProviderStrategyItem[], { cluster }: ClusterRow): void {
  const known = cluster.capacityProviders ?? []
  refuseIf(
    strategy.some(({ capacityProvider }) => !known.includes(capacityProvider)),
    'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
  )
  refuseIf(
    strategy.filter(({ base = 0 }) => base > 0).length > 1,
    'There are multiple capacity providers in the specified capacity provider strategy with a base value greater than zero. Only one capacity provider can have a base value greater than zero. Specify a valid capacity provider strategy and try again.',
  )
  refuseIf(
    strategy.some(({ capacityProvider }) => isFargate(capacityProvider)) &&
      !strategy.every(({ capacityProvider }) => isFargate(capacityProvider)),
    'The specified capacity provider strategy cannot contain both Fargate and Auto Scaling group capacity providers.',
  )
  refuseIf(
    strategy.length > 1 && strategy.every(({ weight = 0 }) => weight === 0),
    'There are no capacity providers in the capacity provider strategy with a weight value greater than zero. Specify a weight value greater than zero for at least one capacity provider and try again.',
  )
}

const latestPlatform = '1.4.0'
/** Fargate's Linux platform versions: the retired ones are still known by name. */
const platforms: readonly string[] = [latestPlatform, '1.3.0', '1.2.0', '1.1.0', '1.0.0']

function capacityOf(launchType: Capacity['launchType'], { platformVersion }: CapacityRequest): Capacity {
  if (launchType !== 'FARGATE') {
    refuseIf(platformVersion !== undefined, 'The platform version must be null when specifying an EC2 launch type.')
    return { launchType }
  }
  const version = platformVersion === undefined || platformVersion === 'LATEST' ? latestPlatform : platformVersion
  if (!platforms.includes(version)) throw new ServiceError('PlatformUnknownException', 'The specified platform does not exist.')
  return { launchType, platformVersion: version }
}

/** Whether a Fargate platform version has what came with 1.4.0: EFS volumes and a disk of a chosen size. */
export const isNewestPlatform = ({ platformVersion }: Capacity): boolean => platformVersion === latestPlatform
