import type { CreateTargetGroupInput, TargetGroup } from '../../aws/generated/elbv2.ts'
import { type HealthCheck, healthCheckOf } from './health-check.ts'
import { checkName } from './names.ts'
import { invalidConfiguration, validationError } from './refusals.ts'
import { familyOf, isQuic } from './target-group-family.ts'

/** A target group as it was asked for, with all defaults: what a second call of the same name has to match. */
export type TargetGroupSettings = Omit<TargetGroup, 'TargetGroupArn' | 'LoadBalancerArns' | keyof HealthCheck> &
  HealthCheck & {
    readonly TargetGroupName: string
    readonly TargetType: NonNullable<TargetGroup['TargetType']>
  }

/**
 * Reads a call. Throws ValidationError and InvalidConfigurationRequest for what no target group can be.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
export function targetGroupSettings(input: CreateTargetGroupInput): TargetGroupSettings {
  checkName('Target group', input.Name)
  const TargetType = input.TargetType ?? 'instance'
  if (TargetType === 'lambda') checkLambda(input)
  else checkPlace(input, TargetType)
  checkAddresses(input, TargetType)
  const ProtocolVersion = protocolVersion(input)
  const subject = { TargetType, Protocol: input.Protocol, ProtocolVersion }
  return {
    TargetGroupName: input.Name,
    TargetType,
    Protocol: input.Protocol,
    Port: input.Port,
    VpcId: input.VpcId,
    ProtocolVersion,
    IpAddressType: input.IpAddressType ?? 'ipv4',
    TargetControlPort: input.TargetControlPort,
    ...healthCheckOf(subject, input),
  }
}

function checkLambda(input: CreateTargetGroupInput): void {
  const refuse = (what: string) => validationError(`${what} cannot be specified for target groups with target type 'lambda'`)
  if (input.Protocol !== undefined) throw refuse('Protocol')
  if (input.Port !== undefined) throw refuse('Port')
  if (input.VpcId !== undefined) throw refuse('VPC ID')
  if (input.HealthCheckPort !== undefined) throw refuse('Health check port')
  if (input.HealthCheckProtocol !== undefined) throw refuse('Health check protocol')
}

function checkPlace({ Protocol, Port, VpcId }: CreateTargetGroupInput, targetType: string): void {
  if (Protocol === undefined || Port === undefined) {
    throw validationError(`A target group of type '${targetType}' must have a protocol and a port`)
  }
  if (VpcId === undefined || VpcId === '') throw validationError('A VPC ID must be specified')
  if (Protocol === 'GENEVE' && Port !== 6081) throw validationError('Port must be 6081 for GENEVE target groups.')
  if (targetType === 'alb' && Protocol !== 'TCP') {
    throw validationError(`Target type 'alb' is not supported for target groups with ${Protocol} protocol`)
  }
}

function checkAddresses(input: CreateTargetGroupInput, targetType: string): void {
  const family = familyOf({ TargetType: input.TargetType, Protocol: input.Protocol })
  if (input.IpAddressType === 'ipv6') {
    if (targetType === 'lambda' || targetType === 'alb') {
      throw invalidConfiguration(`Target type '${targetType}' is not supported with an IPv6 target group`)
    }
    if (isQuic(input.Protocol)) {
      throw invalidConfiguration(`IP address type 'ipv6' is not supported for target groups with protocol '${input.Protocol}'`)
    }
  }
  if (input.TargetControlPort !== undefined && family !== 'application') {
    throw invalidConfiguration('Target control port is not supported')
  }
}

const protocolVersions = ['HTTP2', 'HTTP1', 'GRPC']

function protocolVersion({ ProtocolVersion: version, Protocol: protocol }: CreateTargetGroupInput): string | undefined {
  const isHttp = protocol === 'HTTP' || protocol === 'HTTPS'
  if (version === undefined || version === '') return isHttp ? 'HTTP1' : undefined
  if (!isHttp) {
    throw validationError(`You cannot specify the protocol version for a target group with the '${protocol}' protocol`)
  }
  const upper = version.toUpperCase()
  if (!protocolVersions.includes(upper))
    throw validationError(`Target group protocol version '${version}' must be one of '[${protocolVersions.join(', ')}]'`)
  return upper
}
