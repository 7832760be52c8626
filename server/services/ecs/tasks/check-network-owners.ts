import type { NetworkConfiguration } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { refuseIf } from './invalid-parameter.ts'

/**
 * Throws InvalidParameterException for subnets and security groups that EC2 does not have, and for groups of another VPC
 * than the subnets'; takes them as given where there is no EC2 to ask.
 */
export async function checkNetworkOwners(
  context: Pick<EcsContext, 'account' | 'region' | 'owners'>,
  { networkConfiguration }: { readonly networkConfiguration?: NetworkConfiguration | undefined },
): Promise<void> {
  const vpc = networkConfiguration?.awsvpcConfiguration
  if (vpc === undefined || context.owners === undefined) return
  const { subnets: subnetIds, securityGroups: groupIds = [] } = vpc
  const subnets = await context.owners.subnets(subnetIds, context)
  if (subnets === undefined) return
  const missing = subnetIds.find(id => !subnets.some(({ subnetId }) => subnetId === id))
  refuseIf(
    missing !== undefined,
    `Error retrieving subnet information for [${subnetIds.join(', ')}]: The subnet ID '${missing}' does not exist (ErrorCode: InvalidSubnetID.NotFound)`,
  )
  const groups = groupIds.length === 0 ? [] : ((await context.owners.securityGroups(groupIds, context)) ?? [])
  const lost = groupIds.find(id => !groups.some(({ groupId }) => groupId === id))
  refuseIf(
    lost !== undefined,
    `Error retrieving security group information for [${groupIds.join(', ')}]: The security group '${lost}' does not exist (ErrorCode: InvalidGroup.NotFound)`,
  )
  const vpcs = new Set(subnets.map(({ vpcId }) => vpcId))
  const elsewhere = groups.find(({ vpcId }) => !vpcs.has(vpcId))
  refuseIf(elsewhere !== undefined, `Security Group ${elsewhere?.groupId} does not appear to belong to the same VPC as the input subnets.`)
}
