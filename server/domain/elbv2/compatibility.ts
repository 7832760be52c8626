import { ServiceError } from '../../aws/errors.ts'
import type { Listener, LoadBalancer, ProtocolEnum, TargetGroup } from '../../aws/generated/elbv2.ts'
import { invalidAction, invalidConfiguration } from './refusals.ts'

/** The protocols of target groups to which a listener of each protocol forwards. */
const accepts: Readonly<Record<ProtocolEnum, readonly ProtocolEnum[]>> = {
  HTTP: ['HTTP', 'HTTPS'],
  HTTPS: ['HTTP', 'HTTPS'],
  TCP: ['TCP', 'TCP_UDP'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
  QUIC: ['QUIC', 'TCP_QUIC'],
  TCP_QUIC: ['TCP_QUIC'],
  GENEVE: ['GENEVE'],
}

const mayForward = (listener: Pick<Listener, 'Protocol'>, group: TargetGroup): boolean => {
  const protocol = listener.Protocol ?? 'GENEVE'
  if (group.TargetType === 'lambda') return protocol === 'HTTP' || protocol === 'HTTPS'
  if (group.TargetType === 'alb') return protocol === 'TCP'
  return group.Protocol !== undefined && accepts[protocol].includes(group.Protocol)
}

/** Throws IncompatibleProtocols and InvalidConfigurationRequest where a listener cannot forward to target groups, alone or together. */
export function checkCompatible(
  loadBalancer: Pick<LoadBalancer, 'LoadBalancerArn' | 'VpcId' | 'IpAddressType'> & { readonly isNetworkKnown: boolean },
  listener: Pick<Listener, 'Protocol'>,
  groups: readonly TargetGroup[],
): void {
  const arnsOf = (some: readonly TargetGroup[]): string => some.map(({ TargetGroupArn }) => TargetGroupArn).join(', ')
  const others = groups.filter(group => !mayForward(listener, group))
  if (others.length > 0) {
    throw new ServiceError(
      'IncompatibleProtocolsException',
      `The listener and the following target groups have incompatible protocols: ${arnsOf(others)}`,
    )
  }
  const elsewhere = groups.filter(({ VpcId }) => loadBalancer.isNetworkKnown && VpcId !== undefined && VpcId !== loadBalancer.VpcId)
  if (elsewhere.length > 0) {
    throw invalidConfiguration(
      `The following target groups are in a different VPC than load balancer '${loadBalancer.LoadBalancerArn}': ${arnsOf(elsewhere)}`,
    )
  }
  const newer = groups.filter(({ IpAddressType }) => IpAddressType === 'ipv6' && loadBalancer.IpAddressType === 'ipv4')
  if (newer.length > 0) {
    throw invalidConfiguration("You cannot associate an IPv6 target group with a load balancer that has an 'ipv4' IP address type")
  }
}

/** Throws InvalidLoadBalancerAction where the target groups of one action differ. */
export function checkAlike(groups: readonly TargetGroup[]): void {
  const [first, ...rest] = groups
  if (first === undefined) return
  if (rest.some(({ IpAddressType }) => IpAddressType !== first.IpAddressType)) {
    throw invalidAction('The IP address types of the target groups for a single action must be the same')
  }
  const isHttp = ({ Protocol }: TargetGroup): boolean => Protocol === 'HTTP' || Protocol === 'HTTPS'
  if (rest.some(group => group.Protocol !== first.Protocol && !isHttp(group))) {
    throw invalidAction('All target groups in an action must have the same protocol')
  }
}
