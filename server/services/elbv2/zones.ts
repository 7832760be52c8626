import { ServiceError } from '../../aws/errors.ts'
import type {
  AvailabilityZone,
  EnablePrefixForIpv6SourceNatEnum,
  IpAddressType,
  LoadBalancerSchemeEnum,
  LoadBalancerTypeEnum,
  SubnetMapping,
} from '../../aws/generated/elbv2.ts'
import { madeUpVpc, madeUpZone } from '../../domain/elbv2/made-up-vpc.ts'
import { invalidConfiguration, validationError } from '../../domain/elbv2/refusals.ts'
import type { Elbv2Context } from './context.ts'

export interface PlacementInput {
  readonly Subnets?: readonly string[] | undefined
  readonly SubnetMappings?: readonly SubnetMapping[] | undefined
}

export interface PlacementOf {
  readonly type: LoadBalancerTypeEnum
  readonly scheme: LoadBalancerSchemeEnum | undefined
  readonly ipAddressType: IpAddressType
  readonly sourceNat: EnablePrefixForIpv6SourceNatEnum | undefined
}

/** The subnets that a call names, as mappings. Throws for what such a load balancer cannot have. */
export function subnetMappingsOf(input: PlacementInput, of: PlacementOf): readonly SubnetMapping[] {
  const { Subnets: subnets = [], SubnetMappings: mappings = [] } = input
  if (subnets.length > 0 && mappings.length > 0) throw validationError('You can specify either subnets or subnet mappings, but not both')
  const all = mappings.length > 0 ? mappings : subnets.map(SubnetId => ({ SubnetId }))
  if (all.some(({ SubnetId }) => !SubnetId)) throw validationError('A subnet ID must be specified')
  const count = new Set(all.map(({ SubnetId }) => SubnetId)).size
  if (count < all.length) throw validationError('A subnet ID was specified more than once')
  if (count < 2 && of.type === 'application') {
    throw validationError('At least two subnets in two different Availability Zones must be specified')
  }
  if (count === 0) throw validationError('At least one subnet must be specified')
  for (const mapping of all) checkMapping(mapping, of)
  return all
}

function checkMapping(mapping: SubnetMapping, { type, scheme, ipAddressType, sourceNat }: PlacementOf): void {
  if (mapping.AllocationId && type !== 'network') {
    throw invalidConfiguration(`Elastic IPs are not supported for load balancers with type '${type}'`)
  }
  if (mapping.AllocationId && scheme === 'internal') {
    throw invalidConfiguration("Elastic IPs are not supported for load balancers with scheme 'internal'")
  }
  if (mapping.AllocationId && !/^eipalloc-[0-9a-zA-Z]+$/.test(mapping.AllocationId)) {
    throw new ServiceError('AllocationIdNotFoundException', `The allocation ID '${mapping.AllocationId}' does not exist`)
  }
  if (mapping.PrivateIPv4Address && (type !== 'network' || scheme !== 'internal')) {
    throw invalidConfiguration("You can only specify private IPv4 addresses for Network Load Balancers with scheme 'internal'.")
  }
  if (mapping.IPv6Address && ipAddressType === 'ipv4') {
    throw invalidConfiguration("You can only specify IPv6 addresses for load balancers with IP address type 'dualstack'")
  }
  if (mapping.SourceNatIpv6Prefix && type !== 'network') {
    throw invalidConfiguration('Source NAT IPv6 prefixes are only supported for Network Load Balancers')
  }
  if (mapping.SourceNatIpv6Prefix && sourceNat !== 'on') {
    throw invalidConfiguration("'EnablePrefixForIpv6SourceNat' must be set to 'on', before 'SourceNatIpv6Prefix' can be specified.")
  }
}

export interface Placement {
  readonly zones: readonly AvailabilityZone[]
  readonly vpcId: string
  readonly isNetworkKnown: boolean
}

/** Where subnets are: asked of EC2. Where there is none, each is in a zone of its own, and all are in the account's one VPC. */
export async function placeSubnets(context: Elbv2Context, mappings: readonly SubnetMapping[]): Promise<Placement> {
  const ids = mappings.map(({ SubnetId = '' }) => SubnetId)
  const known = await context.owners?.subnets(ids, context)
  if (known === undefined) {
    const zones = mappings.map((mapping, index) => zoneOf(mapping, madeUpZone(context, index)))
    return { zones, vpcId: madeUpVpc(context), isNetworkKnown: false }
  }
  const byId = new Map(known.map(subnet => [subnet.subnetId, subnet]))
  const found = mappings.map(mapping => {
    const subnet = byId.get(mapping.SubnetId ?? '')
    if (subnet === undefined) {
      const missing = ids.filter(id => !byId.has(id)).join(', ')
      throw new ServiceError('SubnetNotFoundException', `The subnet ID '${missing}' does not exist`)
    }
    return { subnet, zone: zoneOf(mapping, subnet.availabilityZone) }
  })
  if (new Set(found.map(({ subnet }) => subnet.availabilityZone)).size < found.length) {
    throw invalidConfiguration('A load balancer cannot be attached to multiple subnets in the same Availability Zone.')
  }
  const [vpcId = '', ...others] = new Set(found.map(({ subnet }) => subnet.vpcId))
  if (others.length > 0) throw new ServiceError('InvalidSubnetException', 'All subnets must belong to the same VPC')
  return { zones: found.map(({ zone }) => zone), vpcId, isNetworkKnown: true }
}

function zoneOf(mapping: SubnetMapping, ZoneName: string): AvailabilityZone {
  const { SubnetId, AllocationId, PrivateIPv4Address, IPv6Address, SourceNatIpv6Prefix } = mapping
  const address = { AllocationId, PrivateIPv4Address, IPv6Address }
  const hasAddress = Object.values(address).some(value => value !== undefined)
  const isGiven = SourceNatIpv6Prefix !== undefined && SourceNatIpv6Prefix !== 'auto_assigned'
  return {
    ZoneName,
    SubnetId,
    LoadBalancerAddresses: hasAddress ? [address] : [],
    ...(isGiven ? { SourceNatIpv6Prefixes: [SourceNatIpv6Prefix] } : {}),
  }
}

/**
 * Throws InvalidSecurityGroup for groups that EC2 does not have, and InvalidConfigurationRequest for those of another VPC
 * than the load balancer's; takes them as given where there is no EC2 to ask.
 */
export async function checkSecurityGroups(
  context: Elbv2Context,
  groupIds: readonly string[],
  { vpcId, isNetworkKnown }: Pick<Placement, 'vpcId' | 'isNetworkKnown'>,
): Promise<void> {
  const odd = groupIds.find(id => !/^sg-[0-9a-zA-Z-]+$/.test(id))
  if (odd !== undefined) throw new ServiceError('InvalidSecurityGroupException', `Security group '${odd}' is not valid`)
  const known = groupIds.length === 0 ? undefined : await context.owners?.securityGroups(groupIds, context)
  if (known === undefined) return
  const missing = groupIds.find(id => !known.some(({ groupId }) => groupId === id))
  if (missing !== undefined) throw new ServiceError('InvalidSecurityGroupException', `Security group '${missing}' does not exist`)
  if (isNetworkKnown && known.some(group => group.vpcId !== vpcId)) throw invalidConfiguration('One or more security groups are invalid')
}
