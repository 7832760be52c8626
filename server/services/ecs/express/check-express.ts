import { ServiceError } from '../../../aws/errors.ts'
import type {
  CreateExpressGatewayServiceRequest,
  ExpressGatewayScalingTarget,
  ExpressGatewayServiceConfiguration,
  NetworkConfiguration,
  UpdateExpressGatewayServiceRequest,
} from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { firstMissing } from '../tasks/check-roles.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

type Request = Partial<CreateExpressGatewayServiceRequest> | UpdateExpressGatewayServiceRequest

/** Refuses what contradicts itself, in either call. Throws InvalidParameterException. */
export function checkExpress({ healthCheckPath, scalingTarget, primaryContainer, taskDefinitionArn }: Request): void {
  refuseIf(healthCheckPath !== undefined && !healthCheckPath.startsWith('/'), 'The health check path must start with a forward slash.')
  refuseIf(
    primaryContainer !== undefined && taskDefinitionArn !== undefined,
    'A primary container and a task definition cannot both be specified.',
  )
  refuseIf((scalingTarget?.autoScalingTargetValue ?? 1) < 1, 'autoScalingTargetValue must be at least 1.')
}

/** Throws AccessDeniedException for an infrastructure role that IAM has not. */
export async function checkExpressRole(context: Pick<EcsContext, 'account' | 'region' | 'owners'>, role: string): Promise<void> {
  const missing = await firstMissing(context, [role])
  if (missing !== undefined) throw new ServiceError('AccessDeniedException', `Cannot assume role ${missing}`)
}

/** What is given over what is there; one of the two counts may be the other's. Throws InvalidParameterException. */
export function withScaling(
  before: ExpressGatewayScalingTarget,
  given: ExpressGatewayScalingTarget = {},
): ExpressGatewayScalingTarget & { readonly minTaskCount: number } {
  const target = { ...before, ...given }
  const { minTaskCount = 1, maxTaskCount = minTaskCount } = target
  refuseIf(minTaskCount < 0 || maxTaskCount < minTaskCount, 'minTaskCount must be at least 0 and at most maxTaskCount.')
  return { ...target, minTaskCount }
}

/** Where nobody knows which subnets the default VPC has. */
const unknownSubnet = 'subnet-default'

/** The network of an Express service's tasks: the subnets that are given, else those of the default VPC. */
export async function expressNetwork(
  context: Pick<EcsContext, 'account' | 'region' | 'owners'>,
  { networkConfiguration }: ExpressGatewayServiceConfiguration,
): Promise<NetworkConfiguration> {
  const { subnets = [], securityGroups } = networkConfiguration ?? {}
  return {
    awsvpcConfiguration: {
      subnets: subnets.length === 0 ? await defaultSubnets(context) : subnets,
      ...(securityGroups === undefined ? {} : { securityGroups }),
      assignPublicIp: 'ENABLED',
    },
  }
}

async function defaultSubnets(context: Pick<EcsContext, 'account' | 'region' | 'owners'>): Promise<readonly string[]> {
  const known = await context.owners?.defaultSubnets(context)
  if (known === undefined) return [unknownSubnet]
  refuseIf(known.length === 0, 'No default VPC was found. Specify subnets in the network configuration.')
  return known.map(({ subnetId }) => subnetId)
}
