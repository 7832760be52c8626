// Which targets a target group takes.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
import { ServiceError } from '../../aws/errors.ts'
import type { TargetDescription, TargetGroup } from '../../aws/generated/elbv2.ts'
import { parseArn } from '../arn.ts'
import { kindOfArn } from './arns.ts'
import { ipVersion, isWithin } from './ip-address.ts'
import { validationError } from './refusals.ts'
import { isQuic } from './target-group-family.ts'

export const invalidTarget = (message: string): ServiceError => new ServiceError('InvalidTargetException', message)

/** RFC 1918 and RFC 6598; IPv6 addresses of a VPC may be any. */
const privateRanges = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16']

type Group = Pick<TargetGroup, 'TargetType' | 'Port' | 'IpAddressType' | 'Protocol'>

/** The target with the port at which it is reached. Throws InvalidTarget for one that the group cannot have. */
export function readTarget(target: TargetDescription, group: Group): TargetDescription {
  const { Id, AvailabilityZone, QuicServerId } = target
  if (Id === '') throw validationError('A target id must be specified')
  checks[group.TargetType ?? 'instance'](target, group)
  checkQuic(target, group)
  const Port = group.TargetType === 'lambda' ? undefined : (target.Port ?? group.Port)
  return {
    Id,
    ...(Port === undefined ? {} : { Port }),
    ...(AvailabilityZone === undefined ? {} : { AvailabilityZone }),
    ...(QuicServerId === undefined ? {} : { QuicServerId }),
  }
}

/** The target that a call names: by id, and by port where several of one id may be there. */
export const namedTarget = (target: TargetDescription, group: Group): TargetDescription =>
  group.TargetType === 'lambda' ? { Id: target.Id } : { Id: target.Id, Port: target.Port ?? group.Port }

const checks: Readonly<Record<NonNullable<Group['TargetType']>, (target: TargetDescription, group: Group) => void>> = {
  instance: ({ Id, AvailabilityZone }) => {
    if (!/^m?i-[0-9a-zA-Z-]+$/.test(Id)) throw validationError(`Instance ID '${Id}' is not valid`)
    refuseZone(AvailabilityZone, 'instance')
  },
  ip: ({ Id }, { IpAddressType = 'ipv4' }) => {
    const isV4 = IpAddressType === 'ipv4'
    if (ipVersion(Id) !== (isV4 ? 4 : 6)) throw validationError(`The IP address '${Id}' is not a valid ${isV4 ? 'IPv4' : 'IPv6'} address`)
    if (isV4 && !privateRanges.some(range => isWithin(Id, range))) {
      throw validationError(`The IP address '${Id}' is not allowed, as it must be an address from a VPC subnet, RFC1918, or RFC6598`)
    }
  },
  lambda: ({ Id, Port, AvailabilityZone }) => {
    const arn = parseArn(Id)
    if (arn?.service !== 'lambda' || !arn.resource.startsWith('function:'))
      throw validationError(`'${Id}' is not a valid Lambda function ARN`)
    if (Port !== undefined) throw validationError("Port cannot be specified for targets of target groups with target type 'lambda'")
    if (AvailabilityZone !== undefined && AvailabilityZone !== 'all') refuseZone(AvailabilityZone, 'lambda')
  },
  alb: ({ Id, Port, AvailabilityZone }, group) => {
    if (kindOfArn(Id) !== 'load balancer' || !Id.includes(':loadbalancer/app/'))
      throw validationError(`'${Id}' is not a valid Application Load Balancer ARN`)
    if (Port !== undefined && Port !== group.Port)
      throw validationError(`Port '${Port}' must be the port of the target group, '${group.Port}'`)
    refuseZone(AvailabilityZone, 'alb')
  },
}

function refuseZone(zone: string | undefined, type: string): void {
  if (zone !== undefined)
    throw validationError(`You cannot specify an Availability Zone for targets of target groups with target type '${type}'`)
}

function checkQuic({ QuicServerId: id }: TargetDescription, { Protocol: protocol }: Group): void {
  if (isQuic(protocol)) {
    if (id === undefined || !/^0x[0-9a-f]{16}$/.test(id))
      throw validationError('A QUIC server ID must be 0x followed by 16 hexadecimal digits')
    return
  }
  if (id !== undefined) throw validationError("A QUIC server ID can only be specified for target groups with protocol 'QUIC' or 'TCP_QUIC'")
}
