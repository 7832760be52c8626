// Differs from AWS: without a backend that has EC2, subnets and security groups are taken as given, zones are made up in their order, and no default security group is found. Customer-owned and IPAM address pools are kept only.
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateLoadBalancerInput, CreateLoadBalancerOutput, LoadBalancerTypeEnum } from '../../../aws/generated/elbv2.ts'
import { loadBalancerArn } from '../../../domain/elbv2/arns.ts'
import { canonicalHostedZoneId, checkName, dnsName } from '../../../domain/elbv2/names.ts'
import { quotas } from '../../../domain/elbv2/quotas.ts'
import { invalidConfiguration } from '../../../domain/elbv2/refusals.ts'
import { withTags } from '../../../domain/elbv2/tags.ts'
import { sameJson } from '../../../domain/same-json.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { type LoadBalancerRow, loadBalancers, nameKey } from '../../../store/elbv2-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { type Elbv2Context, newId } from '../context.ts'
import { type Placement, checkSecurityGroups, placeSubnets, subnetMappingsOf } from '../zones.ts'

/**
 * Makes a load balancer; `provisioning` until what carries its traffic is there. A second call with the same name and
 * settings answers the one that is there; DuplicateLoadBalancerName is thrown where they differ.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 */
export async function createLoadBalancer(context: Elbv2Context, input: CreateLoadBalancerInput): Promise<CreateLoadBalancerOutput> {
  const asked = read(input)
  const placement = await placeSubnets(context, asked.subnetMappings)
  await checkSecurityGroups(context, asked.securityGroups, placement)
  const { row, isNew } = await context.store.commit(transaction => {
    const scope = scopeOf(context.account, context.region)
    const [existing] = context.store.table(loadBalancers).by('name', nameKey(scope, input.Name))
    if (existing !== undefined) {
      checkSame(asked, existing)
      return { row: existing, isNew: false }
    }
    checkQuota(context, asked.type)
    const made = newRow(context, asked, placement)
    transaction.put(loadBalancers, made)
    return { row: made, isNew: true }
  })
  if (isNew) context.wake('load-balancer', row.loadBalancer.LoadBalancerArn)
  return { LoadBalancers: [row.loadBalancer] }
}

type Asked = ReturnType<typeof read>

function read(input: CreateLoadBalancerInput) {
  checkName('Load balancer', input.Name)
  const type = input.Type ?? 'application'
  if (type === 'gateway') checkGateway(input)
  const scheme = type === 'gateway' ? undefined : (input.Scheme ?? 'internet-facing')
  const ipAddressType = input.IpAddressType ?? 'ipv4'
  if (ipAddressType === 'dualstack-without-public-ipv4' && type !== 'application') {
    throw invalidConfiguration(`The specified IP address type is not supported on load balancers with type '${type}'.`)
  }
  if (input.EnablePrefixForIpv6SourceNat !== undefined && type !== 'network') {
    throw invalidConfiguration("'EnablePrefixForIpv6SourceNat' can only be specified for LoadBalancer type 'network'.")
  }
  if (input.EnablePrefixForIpv6SourceNat === 'on' && ipAddressType !== 'dualstack') {
    throw invalidConfiguration("'EnablePrefixForIpv6SourceNat' can only be specified when using IpAddressType 'dualstack'.")
  }
  if (input.IpamPools !== undefined && type !== 'application') {
    throw invalidConfiguration(`IPAM pools are not supported for load balancers with type '${type}'`)
  }
  return {
    name: input.Name,
    type,
    scheme,
    ipAddressType,
    subnetMappings: subnetMappingsOf(input, { type, scheme, ipAddressType, sourceNat: input.EnablePrefixForIpv6SourceNat }),
    securityGroups: [...new Set(input.SecurityGroups)],
    tags: withTags([], input.Tags ?? []),
    sourceNat: type === 'network' ? (input.EnablePrefixForIpv6SourceNat ?? 'off') : undefined,
    ownedPool: input.CustomerOwnedIpv4Pool,
    ipamPools: input.IpamPools,
  }
}

function checkGateway(input: CreateLoadBalancerInput): void {
  if (input.Scheme !== undefined) throw invalidConfiguration('Scheme is not supported for Gateway Load Balancers.')
  if (input.SecurityGroups?.length) throw invalidConfiguration('Security Groups are not supported for Gateway Load Balancers.')
}

const quotaOf: Readonly<Record<LoadBalancerTypeEnum, keyof typeof quotas>> = {
  application: 'application-load-balancers',
  network: 'network-load-balancers',
  gateway: 'gateway-load-balancers',
}

function checkQuota(context: Elbv2Context, type: LoadBalancerTypeEnum): void {
  const most = quotas[quotaOf[type]]
  let count = 0
  for (const { loadBalancer } of context.store.table(loadBalancers).by('scope', scopeOf(context.account, context.region))) {
    if (loadBalancer.Type === type) count += 1
  }
  if (count >= most) {
    throw new ServiceError('TooManyLoadBalancersException', `The limit of '${most}' load balancers with type '${type}' has been reached`)
  }
}

function newRow(context: Elbv2Context, asked: Asked, { zones, vpcId, isNetworkKnown }: Placement): LoadBalancerRow {
  const { account, region } = context
  const { name, type, scheme, ipAddressType } = asked
  const id = newId(context)
  const hasGroups = type === 'network' && asked.securityGroups.length > 0
  return {
    scope: scopeOf(account, region),
    loadBalancer: {
      LoadBalancerArn: loadBalancerArn({ account, region }, type, name, id),
      DNSName: type === 'gateway' ? undefined : dnsName({ type, scheme, name, id, region }),
      CanonicalHostedZoneId: canonicalHostedZoneId(type, region),
      CreatedTime: epochSeconds(context.clock.now()),
      LoadBalancerName: name,
      Scheme: scheme,
      VpcId: vpcId,
      State: { Code: 'provisioning' },
      Type: type,
      AvailabilityZones: zones,
      SecurityGroups: type === 'gateway' ? undefined : asked.securityGroups,
      IpAddressType: ipAddressType,
      CustomerOwnedIpv4Pool: asked.ownedPool,
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: hasGroups ? 'on' : undefined,
      EnablePrefixForIpv6SourceNat: asked.sourceNat,
      IpamPools: asked.ipamPools,
    },
    subnetMappings: asked.subnetMappings,
    isNetworkKnown,
    attributes: {},
    tags: asked.tags,
  }
}

/** In whatever order subnets, security groups and tags were given. */
function checkSame(asked: Asked, { loadBalancer, subnetMappings, tags }: LoadBalancerRow): void {
  const sorted = (values: readonly unknown[]): readonly string[] => values.map(value => JSON.stringify(value)).sort()
  const wanted = [asked.type, asked.scheme, asked.ipAddressType, asked.sourceNat, asked.ownedPool, asked.ipamPools]
  const has = [
    loadBalancer.Type,
    loadBalancer.Scheme,
    loadBalancer.IpAddressType,
    loadBalancer.EnablePrefixForIpv6SourceNat,
    loadBalancer.CustomerOwnedIpv4Pool,
    loadBalancer.IpamPools,
  ]
  const isSame =
    sameJson(wanted, has) &&
    sameJson(sorted(asked.subnetMappings), sorted(subnetMappings)) &&
    sameJson(sorted(asked.securityGroups), sorted(loadBalancer.SecurityGroups ?? [])) &&
    sameJson(sorted(asked.tags), sorted(tags))
  if (isSame) return
  throw new ServiceError(
    'DuplicateLoadBalancerNameException',
    `A load balancer with the same name '${asked.name}' exists, but with different settings`,
  )
}
