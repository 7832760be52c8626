import { pause } from '../../wait.ts'
import { type Input, listOf, only, recordsOf, textOf, without, written } from '../wanted.ts'
import { type Kind, type KindContext, type Present } from './kind.ts'
import { attributesOf, elb, elbPages, elbTags, fullName, textMembers } from './load-balancing.ts'

const byText = (a: unknown, b: unknown): number => written(a).localeCompare(written(b))

const shape = (input: Input): Input => {
  const { SubnetMappings, Subnets, LoadBalancerAttributes } = input
  const subnets = [...listOf(Subnets), ...recordsOf(SubnetMappings).map(each => each['SubnetId'])]
  return textMembers({
    ...only(input, ['Name', 'Scheme', 'Type', 'IpAddressType']),
    ...(subnets.length > 0 && { Subnets: subnets.toSorted(byText) }),
    ...(input['SecurityGroups'] !== undefined && { SecurityGroups: listOf(input['SecurityGroups']).toSorted(byText) }),
    ...(LoadBalancerAttributes !== undefined && { LoadBalancerAttributes: attributesOf(LoadBalancerAttributes) }),
  })
}

const read = async (context: KindContext, found: Input, tags: Readonly<Record<string, string>>): Promise<Present> => {
  const [arn, name] = [textOf(found['LoadBalancerArn']), textOf(found['LoadBalancerName'])]
  const { Attributes } = await elb(context.api, 'DescribeLoadBalancerAttributes', { LoadBalancerArn: arn })
  const Subnets = recordsOf(found['AvailabilityZones']).map(zone => zone['SubnetId'])
  const attributes = {
    arn,
    name,
    dnsName: textOf(found['DNSName']),
    canonicalHostedZoneId: textOf(found['CanonicalHostedZoneId']),
    fullName: fullName(arn),
  }
  const members = shape({ ...found, Name: name, Subnets, LoadBalancerAttributes: Attributes })
  return { arn, name, members, attributes, tags }
}

const one = async (context: KindContext, arn: string): Promise<Present> => {
  for (;;) {
    const [found = {}] = await elbPages(context.api, 'DescribeLoadBalancers', 'LoadBalancers', { LoadBalancerArns: [arn] })
    const state = recordsOf([found['State']])[0]?.['Code']
    if (state !== 'provisioning') return read(context, found, (await elbTags(context, [arn])).get(arn) ?? {})
    await pause(200, context.signal)
  }
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
export const loadBalancer: Kind = {
  all: async context => {
    const found = await elbPages(context.api, 'DescribeLoadBalancers', 'LoadBalancers')
    const tags = await elbTags(
      context,
      found.map(each => textOf(each['LoadBalancerArn'])),
    )
    return Promise.all(found.map(each => read(context, each, tags.get(textOf(each['LoadBalancerArn'])) ?? {})))
  },
  create: async (context, input) => {
    const { LoadBalancers } = await elb(context.api, 'CreateLoadBalancer', without(input, ['LoadBalancerAttributes']))
    const arn = textOf(recordsOf(LoadBalancers)[0]?.['LoadBalancerArn'])
    if (input['LoadBalancerAttributes'] !== undefined) await setAttributes(context, arn, input)
    return one(context, arn)
  },
  change: async (context, { arn }, input, changed) => {
    const { api } = context
    const LoadBalancerArn = arn
    if (changed.includes('LoadBalancerAttributes')) await setAttributes(context, arn, input)
    if (changed.includes('Subnets')) await elb(api, 'SetSubnets', { LoadBalancerArn, ...only(input, ['Subnets', 'SubnetMappings']) })
    if (changed.includes('SecurityGroups')) await elb(api, 'SetSecurityGroups', { LoadBalancerArn, ...only(input, ['SecurityGroups']) })
    if (changed.includes('IpAddressType')) await elb(api, 'SetIpAddressType', { LoadBalancerArn, ...only(input, ['IpAddressType']) })
    return one(context, arn)
  },
  remove: async (context, { arn }) => {
    // As CloudFormation does not: what an import made, it may remove.
    const off = [{ Key: 'deletion_protection.enabled', Value: 'false' }]
    await setAttributes(context, arn, { LoadBalancerAttributes: off })
    await elb(context.api, 'DeleteLoadBalancer', { LoadBalancerArn: arn })
  },
  shape,
  fixed: ['Name', 'Scheme', 'Type'],
  service: 'elbv2',
  nameOf: input => textOf(input['Name']),
  sameName: 'is in the way',
}

const setAttributes = ({ api }: KindContext, LoadBalancerArn: string, input: Input): Promise<Input> =>
  elb(api, 'ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes: input['LoadBalancerAttributes'] })
