// Differs from AWS: security groups are kept and checked with the backend's EC2 where there is one, but filter no traffic.
import type { SetSecurityGroupsInput, SetSecurityGroupsOutput } from '../../../aws/generated/elbv2.ts'
import { invalidConfiguration, validationError } from '../../../domain/elbv2/refusals.ts'
import { loadBalancers } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'
import { checkSecurityGroups } from '../zones.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html */
export async function setSecurityGroups(context: Elbv2Context, input: SetSecurityGroupsInput): Promise<SetSecurityGroupsOutput> {
  const SecurityGroups = [...new Set(input.SecurityGroups)]
  const asked = input.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic
  const { loadBalancer, isNetworkKnown } = findLoadBalancer(context, input.LoadBalancerArn)
  await checkSecurityGroups(context, SecurityGroups, { vpcId: loadBalancer.VpcId ?? '', isNetworkKnown })
  return context.store.commit(transaction => {
    const row = findLoadBalancer(context, input.LoadBalancerArn)
    const { Type: type } = row.loadBalancer
    if (type === 'gateway') throw invalidConfiguration('Security Groups are not supported for Gateway Load Balancers.')
    if (type === 'application' && SecurityGroups.length === 0) throw validationError('At least one security group must be specified')
    if (asked !== undefined && type !== 'network') {
      throw invalidConfiguration(
        'This security group setting for PrivateLink traffic is only available for Network Load Balancers with security groups',
      )
    }
    if (asked !== undefined && SecurityGroups.length === 0) {
      throw invalidConfiguration(
        'One or more security groups must be specified when using EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic',
      )
    }
    const hadGroups = (row.loadBalancer.SecurityGroups ?? []).length > 0
    if (type === 'network' && !hadGroups && SecurityGroups.length > 0) {
      throw invalidConfiguration('You cannot add security groups to a Network Load Balancer that was created without security groups')
    }
    if (type === 'network' && hadGroups && SecurityGroups.length === 0) {
      throw invalidConfiguration('You cannot remove all security groups from a Network Load Balancer')
    }
    const enforce = asked ?? (row.loadBalancer.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic === 'off' ? 'off' : 'on')
    const shown = type === 'network' && hadGroups ? enforce : undefined
    transaction.put(loadBalancers, {
      ...row,
      loadBalancer: { ...row.loadBalancer, SecurityGroups, EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: shown },
    })
    return { SecurityGroupIds: SecurityGroups, EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: shown }
  })
}
