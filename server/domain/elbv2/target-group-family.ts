import type { LoadBalancerTypeEnum, ProtocolEnum, TargetGroup } from '../../aws/generated/elbv2.ts'

/** What a target group is for: a type of load balancer, or a Lambda function behind an Application Load Balancer. */
export type TargetGroupFamily = LoadBalancerTypeEnum | 'lambda'

export const familyOf = ({ TargetType, Protocol }: Pick<TargetGroup, 'TargetType' | 'Protocol'>): TargetGroupFamily => {
  if (TargetType === 'lambda') return 'lambda'
  if (Protocol === 'GENEVE') return 'gateway'
  return Protocol === 'HTTP' || Protocol === 'HTTPS' ? 'application' : 'network'
}

/** Whether targets are reached by UDP, alone or beside TCP. */
export const isUdp = (protocol: ProtocolEnum | undefined): boolean => protocol === 'UDP' || protocol === 'TCP_UDP'

/** QUIC's protocols. */
export const isQuic = (protocol: ProtocolEnum | undefined): boolean => protocol === 'QUIC' || protocol === 'TCP_QUIC'
