// Differs from AWS: without a backend that has EC2, subnets are taken as given and zones are made up in their order. A load balancer on one machine is in no zone.
import type { SetSubnetsInput, SetSubnetsOutput } from '../../../aws/generated/elbv2.ts'
import { invalidConfiguration } from '../../../domain/elbv2/refusals.ts'
import { loadBalancers } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'
import { placeSubnets, subnetMappingsOf } from '../zones.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html */
export async function setSubnets(context: Elbv2Context, input: SetSubnetsInput): Promise<SetSubnetsOutput> {
  const { loadBalancer: before } = findLoadBalancer(context, input.LoadBalancerArn)
  const type = before.Type
  const IpAddressType = input.IpAddressType ?? before.IpAddressType ?? 'ipv4'
  const sourceNat = input.EnablePrefixForIpv6SourceNat ?? before.EnablePrefixForIpv6SourceNat
  if (IpAddressType === 'dualstack-without-public-ipv4' && type !== 'application') {
    throw invalidConfiguration(`The specified IP address type is not supported on load balancers with type '${type}'.`)
  }
  if (input.EnablePrefixForIpv6SourceNat !== undefined && type !== 'network') {
    throw invalidConfiguration("'EnablePrefixForIpv6SourceNat' can only be specified for LoadBalancer type 'network'.")
  }
  if (sourceNat === 'on' && IpAddressType !== 'dualstack') {
    throw invalidConfiguration("'EnablePrefixForIpv6SourceNat' can only be specified when using IpAddressType 'dualstack'.")
  }
  const subnetMappings = subnetMappingsOf(input, { type, scheme: before.Scheme, ipAddressType: IpAddressType, sourceNat })
  const { zones, isNetworkKnown } = await placeSubnets(context, subnetMappings)
  return context.store.commit(transaction => {
    const row = findLoadBalancer(context, input.LoadBalancerArn)
    const members = { AvailabilityZones: zones, IpAddressType, EnablePrefixForIpv6SourceNat: sourceNat }
    transaction.put(loadBalancers, { ...row, subnetMappings, isNetworkKnown, loadBalancer: { ...row.loadBalancer, ...members } })
    return members
  })
}
