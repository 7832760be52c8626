// Load balancers, driven by the AWS SDK as a user drives them.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  AddTagsCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeAccountLimitsCommand,
  DescribeCapacityReservationCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeSSLPoliciesCommand,
  DescribeTagsCommand,
  ModifyCapacityReservationCommand,
  ModifyIpPoolsCommand,
  ModifyLoadBalancerAttributesCommand,
  RemoveTagsCommand,
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  paginateDescribeLoadBalancers,
  waitUntilLoadBalancerExists,
  waitUntilLoadBalancersDeleted,
  waitUntilLoadBalancerAvailable,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Elbv2, openElbv2, refusal } from './elbv2.ts'

let elbv2: Elbv2
beforeAll(async () => {
  elbv2 = await openElbv2()
}, 300_000)
afterAll(() => elbv2.close(), 300_000)

const none = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/none/0123456789abcdef'
const waiting = () => ({ client: elbv2.client, maxWaitTime: 180, minDelay: 1, maxDelay: 1 })

describe('load balancers', () => {
  test('are made, waited for, described and deleted', async () => {
    const { client } = elbv2
    const Name = elbv2.named('life')
    const create = new CreateLoadBalancerCommand({
      Name,
      Subnets: ['subnet-1', 'subnet-2'],
      SecurityGroups: ['sg-1'],
      Tags: [{ Key: 'team', Value: 'a' }],
    })
    const [made] = (await client.send(create)).LoadBalancers ?? []
    const arn = made?.LoadBalancerArn ?? ''
    expect(arn).toMatch(new RegExp(`^arn:aws:elasticloadbalancing:us-east-1:\\d{12}:loadbalancer/app/${Name}/[0-9a-f]{16}$`))
    expect(made).toMatchObject({
      LoadBalancerName: Name,
      Scheme: 'internet-facing',
      Type: 'application',
      State: { Code: 'provisioning' },
      IpAddressType: 'ipv4',
      SecurityGroups: ['sg-1'],
      CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
      DNSName: `${Name}-${arn.slice(-16)}.us-east-1.elb.localhost.localstack.cloud`,
    })
    expect(made?.AvailabilityZones?.map(zone => [zone.ZoneName, zone.SubnetId])).toEqual([
      ['us-east-1a', 'subnet-1'],
      ['us-east-1b', 'subnet-2'],
    ])
    expect(made?.CreatedTime).toBeInstanceOf(Date)
    await waitUntilLoadBalancerExists(waiting(), { Names: [Name] })
    await elbv2.available(arn)
    // The same call once more is answered with what there is.
    expect((await client.send(create)).LoadBalancers?.[0]).toMatchObject({ LoadBalancerArn: arn, State: { Code: 'active' } })
    expect(await refusal(client.send(new CreateLoadBalancerCommand({ Name, Subnets: ['subnet-1', 'subnet-3'] })))).toBe(
      `DuplicateLoadBalancerNameException: A load balancer with the same name '${Name}' exists, but with different settings`,
    )
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }))
    await waitUntilLoadBalancersDeleted(waiting(), { LoadBalancerArns: [arn] })
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }))
    expect(await refusal(client.send(new DescribeLoadBalancersCommand({ Names: [Name] })))).toBe(
      `LoadBalancerNotFoundException: Load balancers '[${Name}]' not found`,
    )
  })

  test('of other types have what belongs to them', async () => {
    const { client } = elbv2
    const network = await elbv2.balancer('net', {
      Type: 'network',
      Scheme: 'internal',
      Subnets: undefined,
      SubnetMappings: [{ SubnetId: 'subnet-1', PrivateIPv4Address: '10.0.0.9' }],
      SecurityGroups: ['sg-1'],
    })
    const gateway = await elbv2.balancer('gwy', { Type: 'gateway', Subnets: ['subnet-1'] })
    const LoadBalancerArns = [network, gateway]
    await waitUntilLoadBalancerAvailable({ client, minDelay: 1, maxWaitTime: 180 }, { LoadBalancerArns })
    const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns }))
    const [ofGateway, ofNetwork] = LoadBalancers
    expect(ofNetwork).toMatchObject({
      Type: 'network',
      Scheme: 'internal',
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on',
      AvailabilityZones: [{ SubnetId: 'subnet-1', LoadBalancerAddresses: [{ PrivateIPv4Address: '10.0.0.9' }] }],
    })
    expect(ofGateway).toMatchObject({ Type: 'gateway' })
    expect(ofGateway?.Scheme).toBeUndefined()
    expect(ofGateway?.DNSName).toBeUndefined()
  })

  test('are refused where they make no sense', async () => {
    const create = (more: object) =>
      refusal(elbv2.client.send(new CreateLoadBalancerCommand({ Name: elbv2.named('bad'), Subnets: ['subnet-1', 'subnet-2'], ...more })))
    expect(await create({ Subnets: ['subnet-1'] })).toBe(
      'ValidationError: At least two subnets in two different Availability Zones must be specified',
    )
    expect(await create({ Name: 'x'.repeat(33) })).toBe(
      `ValidationError: The load balancer name '${'x'.repeat(33)}' cannot be longer than '32' characters`,
    )
    expect(await create({ Name: 'internal-x' })).toBe("ValidationError: The load balancer name 'internal-x' cannot begin with 'internal-'")
    expect(await create({ Type: 'gateway', Scheme: 'internal' })).toBe(
      'InvalidConfigurationRequestException: Scheme is not supported for Gateway Load Balancers.',
    )
    expect(await create({ Subnets: undefined, SubnetMappings: [{ SubnetId: 'a', AllocationId: 'eipalloc-1' }, { SubnetId: 'b' }] })).toBe(
      "InvalidConfigurationRequestException: Elastic IPs are not supported for load balancers with type 'application'",
    )
    expect(await create({ Tags: [{ Key: 'a' }, { Key: 'a' }] })).toBe('DuplicateTagKeysException: Tag key was specified more than once: a')
    expect(await create({ SecurityGroups: ['nonsense'] })).toStartWith('InvalidSecurityGroupException: ')
  })

  test('are told by pages, whose markers cannot be made up', async () => {
    const { client } = elbv2
    const made = [await elbv2.balancer('page-a'), await elbv2.balancer('page-b'), await elbv2.balancer('page-c')]
    const seen: string[] = []
    for await (const page of paginateDescribeLoadBalancers({ client }, { PageSize: 1 })) {
      expect(page.LoadBalancers?.length).toBeLessThanOrEqual(1)
      seen.push(...(page.LoadBalancers ?? []).map(({ LoadBalancerArn = '' }) => LoadBalancerArn))
    }
    expect(seen.filter(arn => made.includes(arn))).toEqual(made)
    expect(await refusal(client.send(new DescribeLoadBalancersCommand({ Marker: 'made-up' })))).toBe(
      "ValidationError: Invalid marker 'made-up'",
    )
    expect(await refusal(client.send(new DescribeLoadBalancersCommand({ PageSize: 401 })))).toContain('less than or equal to 400')
    expect(await refusal(client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [none] })))).toBe(
      'LoadBalancerNotFoundException: One or more load balancers not found',
    )
    expect(await refusal(client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: ['nonsense'] })))).toBe(
      "ValidationError: 'nonsense' is not a valid load balancer ARN",
    )
  })

  test('keep accounts and regions apart', async () => {
    const arn = await elbv2.balancer('apart')
    for (const other of [elbv2.clientFor('111111111111'), elbv2.clientFor('test', 'eu-west-1')]) {
      expect(await refusal(other.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] })))).toStartWith('LoadBalancerNotFound')
      other.destroy()
    }
  })
})

describe('attributes of load balancers', () => {
  test('have defaults, are set, and protect from deletion', async () => {
    const { client } = elbv2
    const LoadBalancerArn = await elbv2.balancer('attributes')
    const describeAll = async () => {
      const { Attributes = [] } = await client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }))
      return new Map(Attributes.map(({ Key, Value }) => [Key, Value]))
    }
    const before = await describeAll()
    expect(before.size).toBe(22)
    expect(before.get('idle_timeout.timeout_seconds')).toBe('60')
    expect(before.get('load_balancing.cross_zone.enabled')).toBe('true')
    expect(before.get('routing.http.desync_mitigation_mode')).toBe('defensive')
    await client.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn,
        Attributes: [
          { Key: 'idle_timeout.timeout_seconds', Value: '120' },
          { Key: 'deletion_protection.enabled', Value: 'true' },
        ],
      }),
    )
    expect((await describeAll()).get('idle_timeout.timeout_seconds')).toBe('120')
    expect(await refusal(client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })))).toBe(
      `OperationNotPermittedException: Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
    )
  })

  test.each([
    [[{ Key: 'nonsense', Value: '1' }], "ValidationError: Load balancer attribute key 'nonsense' is not recognized"],
    [
      [{ Key: 'idle_timeout.timeout_seconds', Value: '4001' }],
      "ValidationError: The value of 'idle_timeout.timeout_seconds' cannot be greater than 4000 characters",
    ],
    [
      [{ Key: 'load_balancing.cross_zone.enabled', Value: 'false' }],
      "InvalidConfigurationRequestException: The value for 'load_balancing.cross_zone.enabled' must always be 'true' for an Application Load Balancer",
    ],
    [
      [{ Key: 'access_logs.s3.enabled', Value: 'true' }],
      "InvalidConfigurationRequestException: The key 'access_logs.s3.bucket' must set in order to enable access logs",
    ],
    [
      [
        { Key: 'routing.http2.enabled', Value: 'true' },
        { Key: 'routing.http2.enabled', Value: 'false' },
      ],
      "ValidationError: Attribute key 'routing.http2.enabled' has been specified more than once",
    ],
    [
      [{ Key: 'dns_record.client_routing_policy', Value: 'any_availability_zone' }],
      "ValidationError: Load balancer attribute key 'dns_record.client_routing_policy' is not recognized",
    ],
  ])('are refused: %#', async (Attributes, words) => {
    const LoadBalancerArn = await elbv2.balancer('refused')
    expect(await refusal(elbv2.client.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes })))).toBe(words)
  })
})

describe('what changes a load balancer', () => {
  test('security groups, subnets, address type and pools', async () => {
    const { client } = elbv2
    const LoadBalancerArn = await elbv2.balancer('changes')
    const groups = await client.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: ['sg-2', 'sg-3'] }))
    expect(groups.SecurityGroupIds).toEqual(['sg-2', 'sg-3'])
    const subnets = await client.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets: ['subnet-1', 'subnet-2', 'subnet-3'] }))
    expect(subnets.AvailabilityZones?.map(({ SubnetId }) => SubnetId)).toEqual(['subnet-1', 'subnet-2', 'subnet-3'])
    const type = await client.send(new SetIpAddressTypeCommand({ LoadBalancerArn, IpAddressType: 'dualstack' }))
    expect(type.IpAddressType).toBe('dualstack')
    const pools = await client.send(new ModifyIpPoolsCommand({ LoadBalancerArn, IpamPools: { Ipv4IpamPoolId: 'ipam-pool-1' } }))
    expect(pools.IpamPools).toEqual({ Ipv4IpamPoolId: 'ipam-pool-1' })
    const { LoadBalancers } = await client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }))
    expect(LoadBalancers?.[0]).toMatchObject({
      SecurityGroups: ['sg-2', 'sg-3'],
      IpAddressType: 'dualstack',
      IpamPools: { Ipv4IpamPoolId: 'ipam-pool-1' },
    })
    expect((await client.send(new ModifyIpPoolsCommand({ LoadBalancerArn, RemoveIpamPools: ['ipv4'] }))).IpamPools).toBeUndefined()
  })

  test('reserved capacity, which can be made smaller twice a day', async () => {
    const { client } = elbv2
    const LoadBalancerArn = await elbv2.balancer('capacity')
    expect(await client.send(new DescribeCapacityReservationCommand({ LoadBalancerArn }))).toMatchObject({ DecreaseRequestsRemaining: 2 })
    const reserve = (CapacityUnits: number) =>
      client.send(new ModifyCapacityReservationCommand({ LoadBalancerArn, MinimumLoadBalancerCapacity: { CapacityUnits } }))
    expect(await reserve(400)).toMatchObject({
      MinimumLoadBalancerCapacity: { CapacityUnits: 400 },
      CapacityReservationState: [{ State: { Code: 'provisioned' }, EffectiveCapacityUnits: 200 }, { AvailabilityZone: 'us-east-1b' }],
    })
    await reserve(300)
    await reserve(200)
    expect(await refusal(reserve(100))).toStartWith('CapacityDecreaseRequestsLimitExceededException: ')
    expect(await refusal(reserve(1501))).toStartWith('CapacityUnitsLimitExceededException: ')
    await client.send(new ModifyCapacityReservationCommand({ LoadBalancerArn, ResetCapacityReservation: true }))
    const after = await client.send(new DescribeCapacityReservationCommand({ LoadBalancerArn }))
    expect(after.MinimumLoadBalancerCapacity).toBeUndefined()
  })

  test('tags', async () => {
    const { client } = elbv2
    const arn = await elbv2.balancer('tags', { Tags: [{ Key: 'a', Value: '1' }] })
    await client.send(new AddTagsCommand({ ResourceArns: [arn], Tags: [{ Key: 'a', Value: '2' }, { Key: 'b' }] }))
    await client.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: ['none'] }))
    const { TagDescriptions } = await client.send(new DescribeTagsCommand({ ResourceArns: [arn] }))
    expect(TagDescriptions).toEqual([
      {
        ResourceArn: arn,
        Tags: [
          { Key: 'a', Value: '2' },
          { Key: 'b', Value: '' },
        ],
      },
    ])
    await client.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: ['a', 'b'] }))
    expect((await client.send(new DescribeTagsCommand({ ResourceArns: [arn] }))).TagDescriptions?.[0]?.Tags ?? []).toEqual([])
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }))
    expect(await refusal(client.send(new AddTagsCommand({ ResourceArns: [arn], Tags: many })))).toStartWith('TooManyTagsException: ')
    expect(await refusal(client.send(new DescribeTagsCommand({ ResourceArns: [none] })))).toStartWith('LoadBalancerNotFoundException: ')
  })
})

test('account limits are AWS’ default quotas', async () => {
  const { Limits = [] } = await elbv2.client.send(new DescribeAccountLimitsCommand({}))
  expect(Limits).toContainEqual({ Name: 'target-groups', Max: '3000' })
  expect(Limits).toContainEqual({ Name: 'rules-per-application-load-balancer', Max: '100' })
})

test('security policies are those documented', async () => {
  const { client } = elbv2
  const { SslPolicies = [] } = await client.send(new DescribeSSLPoliciesCommand({}))
  expect(SslPolicies.length).toBeGreaterThan(30)
  const [policy] =
    (await client.send(new DescribeSSLPoliciesCommand({ Names: ['ELBSecurityPolicy-TLS13-1-2-Res-2021-06'] }))).SslPolicies ?? []
  expect(policy?.SslProtocols).toEqual(['TLSv1.2', 'TLSv1.3'])
  expect(policy?.Ciphers?.map(({ Name }) => Name)).toEqual([
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ])
  expect(await refusal(client.send(new DescribeSSLPoliciesCommand({ Names: ['none'] })))).toBe(
    "SSLPolicyNotFoundException: SSL policy 'none' not found",
  )
})
