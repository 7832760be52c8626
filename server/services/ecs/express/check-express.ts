import type {
  CreateExpressGatewayServiceRequest,
  ExpressGatewayServiceConfiguration,
  NetworkConfiguration,
  UpdateExpressGatewayServiceRequest,
} from '../../../aws/generated/ecs.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

type Request = Partial<CreateExpressGatewayServiceRequest> | UpdateExpressGatewayServiceRequest

/** Refuses what contradicts itself, in either call. Throws InvalidParameterException. */
export function checkExpress({ healthCheckPath, scalingTarget, primaryContainer, taskDefinitionArn }: Request): void {
  refuseIf(healthCheckPath !== undefined && !healthCheckPath.startsWith('/'), 'The health check path must start with a forward slash.')
  refuseIf(
    primaryContainer !== undefined && taskDefinitionArn !== undefined,
    'A primary container and a task definition cannot both be specified.',
  )
  const { minTaskCount = 1, maxTaskCount = minTaskCount, autoScalingTargetValue = 1 } = scalingTarget ?? {}
  refuseIf(minTaskCount < 0 || maxTaskCount < minTaskCount, 'minTaskCount must be at least 0 and at most maxTaskCount.')
  refuseIf(autoScalingTargetValue < 1, 'autoScalingTargetValue must be at least 1.')
}

/** AWS takes the default VPC's subnets where none is given; which they are is for EC2 to say. */
const unknownSubnet = 'subnet-default'

export const expressNetwork = ({ networkConfiguration }: ExpressGatewayServiceConfiguration): NetworkConfiguration => {
  const subnets = networkConfiguration?.subnets ?? []
  const securityGroups = networkConfiguration?.securityGroups
  return {
    awsvpcConfiguration: {
      subnets: subnets.length === 0 ? [unknownSubnet] : subnets,
      ...(securityGroups === undefined ? {} : { securityGroups }),
      assignPublicIp: 'ENABLED',
    },
  }
}
