import type { Backend, BackendPlace } from './backend.ts'
import { listOf, memberOf, textOf } from './read-answer.ts'

export interface Subnet {
  readonly subnetId: string
  readonly vpcId: string
  readonly availabilityZone: string
}

export interface SecurityGroup {
  readonly groupId: string
  readonly vpcId: string
}

const version = '2016-11-15'

/** Filters leave out what there is not, where asking by ids is refused as a whole for one that is missing. */
const filter = (name: string, values: readonly string[]): Record<string, string> => ({
  'Filter.1.Name': name,
  ...Object.fromEntries([...new Set(values)].map((value, index) => [`Filter.1.Value.${index + 1}`, value])),
})

/**
 * Those of the subnets that there are.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
 */
export const describeSubnets = (backend: Backend, ids: readonly string[], place: BackendPlace): Promise<readonly Subnet[]> =>
  subnetsBy(backend, filter('subnet-id', ids), place)

/** The subnets of the default VPC, one of each zone; none where it was deleted. */
export const describeDefaultSubnets = (backend: Backend, place: BackendPlace): Promise<readonly Subnet[]> =>
  subnetsBy(backend, filter('default-for-az', ['true']), place)

const subnetsBy = async (
  backend: Backend,
  parameters: Readonly<Record<string, string>>,
  place: BackendPlace,
): Promise<readonly Subnet[]> => {
  const call = { service: 'ec2', action: 'DescribeSubnets', version, parameters }
  const answer = await backend.query(call, place)
  return listOf(memberOf(answer, 'DescribeSubnetsResponse', 'subnetSet', 'item')).map(each => ({
    subnetId: textOf(each, 'subnetId') ?? '',
    vpcId: textOf(each, 'vpcId') ?? '',
    availabilityZone: textOf(each, 'availabilityZone') ?? '',
  }))
}

/**
 * Those of the security groups that there are.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
 */
export const describeSecurityGroups = async (
  backend: Backend,
  ids: readonly string[],
  place: BackendPlace,
): Promise<readonly SecurityGroup[]> => {
  const call = { service: 'ec2', action: 'DescribeSecurityGroups', version, parameters: filter('group-id', ids) }
  const answer = await backend.query(call, place)
  return listOf(memberOf(answer, 'DescribeSecurityGroupsResponse', 'securityGroupInfo', 'item')).map(each => ({
    groupId: textOf(each, 'groupId') ?? '',
    vpcId: textOf(each, 'vpcId') ?? '',
  }))
}

/**
 * Whether a VPC is there.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html
 */
export const hasVpc = async (backend: Backend, id: string, place: BackendPlace): Promise<boolean> => {
  const answer = await backend.query({ service: 'ec2', action: 'DescribeVpcs', version, parameters: filter('vpc-id', [id]) }, place)
  return listOf(memberOf(answer, 'DescribeVpcsResponse', 'vpcSet', 'item')).length > 0
}
