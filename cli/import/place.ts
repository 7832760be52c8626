import type { AwsApi } from '../apply/api.ts'
import { AwsRefusal } from '../apply/api.ts'
import { recordsOf, textOf } from './wanted.ts'

/** Where resources go: whose they are, and the network that those get which need one. */
export interface Place {
  readonly account: string
  readonly region: string
  readonly network: Network
}

export interface Network {
  readonly vpc: string
  /** One of each of two zones. */
  readonly subnets: readonly string[]
  /** The VPC's default one. */
  readonly securityGroup: string
  /** The instance's backend has no EC2: the ids are names and nothing else, which is what such an instance takes. */
  readonly isMadeUp: boolean
  /** Whether the backend has this subnet, VPC or security group; true where there is no EC2. */
  has(id: string): boolean
}

const madeUp: Network = {
  vpc: 'vpc-00000001',
  subnets: ['subnet-00000001', 'subnet-00000002'],
  securityGroup: 'sg-00000001',
  isMadeUp: true,
  has: () => true,
}

/** The backend's default VPC. */
export const readNetwork = async (api: AwsApi): Promise<Network> => {
  try {
    const [{ vpcSet }, { subnetSet }, { securityGroupInfo }] = await Promise.all([
      api.query('ec2', 'DescribeVpcs', {}),
      api.query('ec2', 'DescribeSubnets', {}),
      api.query('ec2', 'DescribeSecurityGroups', {}),
    ])
    const vpc = recordsOf(vpcSet).find(({ isDefault }) => isDefault === 'true')
    const all = recordsOf(subnetSet)
    const own = all.filter(({ vpcId }) => vpcId === vpc?.['vpcId'])
    if (vpc === undefined || own.length === 0) return madeUp
    const zones = new Map(own.map(subnet => [textOf(subnet['availabilityZone']), textOf(subnet['subnetId'])]))
    const ids = new Set([
      ...recordsOf(vpcSet).map(({ vpcId }) => textOf(vpcId)),
      ...all.map(({ subnetId }) => textOf(subnetId)),
      ...recordsOf(securityGroupInfo).map(({ groupId }) => textOf(groupId)),
    ])
    const group = recordsOf(securityGroupInfo).find(each => each['vpcId'] === vpc['vpcId'] && each['groupName'] === 'default')
    return {
      vpc: textOf(vpc['vpcId']),
      subnets: [...zones.values()].slice(0, 2),
      securityGroup: textOf(group?.['groupId']),
      isMadeUp: false,
      has: id => ids.has(id),
    }
  } catch (error) {
    // No backend, or one without EC2: subnets are taken as given.
    if (error instanceof AwsRefusal) return madeUp
    throw error
  }
}
