import { shortName } from '../names.ts'
import type { Place } from '../place.ts'
import { type Input, textOf } from '../wanted.ts'

export interface Asked {
  /** The logical id. */
  readonly name: string
  /** Empty for `Ref`. */
  readonly attribute: string
  readonly type: string
  readonly properties: Input
  readonly stack: string
  readonly place: Place
}

export interface StandIn {
  readonly value: string
  /** What a person is to know of it. */
  readonly note?: string
  /** Its name, where it is a log group. */
  readonly logGroup?: string
}

/**
 * What the instance has in place of a resource that is not made: the default VPC with its subnets and security group, the
 * ARN that a role of that name has, a log group's name. Undefined for what has nothing like it.
 */
export const standIn = ({ name, attribute, type, properties, stack, place }: Asked): StandIn | undefined => {
  const { vpc, subnets, securityGroup } = place.network
  switch (type) {
    case 'AWS::EC2::VPC':
      return attribute === '' || attribute === 'VpcId' ? { value: vpc, note: `${name} is the default VPC, ${vpc}.` } : undefined
    case 'AWS::EC2::Subnet': {
      // The number in the name tells two subnets apart: CDK's are PublicSubnet1Subnet…, PublicSubnet2Subnet….
      const number = Number(/[Ss]ubnet(\d)/.exec(name)?.[1] ?? 1)
      const value = subnets[(number - 1) % subnets.length] ?? ''
      return attribute === '' || attribute === 'SubnetId' ? { value, note: `${name} is the default VPC's ${value}.` } : undefined
    }
    case 'AWS::EC2::SecurityGroup':
      return { value: securityGroup, note: `${name} is the default VPC's security group.` }
    case 'AWS::IAM::Role': {
      const role = textOf(properties['RoleName']) || shortName([stack, name], 64)
      return {
        value: attribute === 'Arn' ? `arn:aws:iam::${place.account}:role/${role}` : role,
        note: `${name} is the role ${role}.`,
      }
    }
    case 'AWS::Logs::LogGroup': {
      const group = textOf(properties['LogGroupName']) || shortName([stack, name], 512)
      const value = attribute === 'Arn' ? `arn:aws:logs:${place.region}:${place.account}:log-group:${group}:*` : group
      return { value, note: `${name} is the log group ${group}, which its tasks make.`, logGroup: group }
    }
    default:
      return undefined
  }
}
