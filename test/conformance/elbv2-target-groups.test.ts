// Target groups and targets, driven by the AWS SDK as a user drives them.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateListenerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  waitUntilTargetDeregistered,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Elbv2, openElbv2, refusal } from './elbv2.ts'

let elbv2: Elbv2
beforeAll(async () => {
  elbv2 = await openElbv2()
}, 300_000)
afterAll(() => elbv2.close(), 300_000)

const described = async (arn: string) =>
  (await elbv2.client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))).TargetGroups?.[0]

describe('target groups', () => {
  test('have AWS’ defaults for their type', async () => {
    const http = await elbv2.group('http')
    expect(await described(http)).toEqual({
      TargetGroupArn: http,
      TargetGroupName: elbv2.named('http'),
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-1',
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: 'traffic-port',
      HealthCheckEnabled: true,
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 6,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      HealthCheckPath: '/',
      Matcher: { HttpCode: '200' },
      LoadBalancerArns: [],
      TargetType: 'ip',
      ProtocolVersion: 'HTTP1',
      IpAddressType: 'ipv4',
    })
    expect(http).toMatch(/^arn:aws:elasticloadbalancing:us-east-1:\d{12}:targetgroup\/[a-z0-9-]+\/[0-9a-f]{16}$/)
    const tcp = await described(await elbv2.group('tcp', { Protocol: 'TCP', TargetType: undefined }))
    expect(tcp).toMatchObject({ TargetType: 'instance', HealthCheckProtocol: 'TCP', HealthCheckTimeoutSeconds: 10 })
    expect(tcp?.Matcher).toBeUndefined()
    expect(tcp?.HealthCheckPath).toBeUndefined()
    const geneve = await described(await elbv2.group('geneve', { Protocol: 'GENEVE', Port: 6081 }))
    expect(geneve).toMatchObject({ HealthCheckPort: '80', HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5 })
    const grpc = await described(await elbv2.group('grpc', { ProtocolVersion: 'GRPC' }))
    expect(grpc).toMatchObject({ HealthCheckPath: '/AWS.ALB/healthcheck', Matcher: { GrpcCode: '12' } })
    const lambda = await described(
      await elbv2.group('lambda', { TargetType: 'lambda', Protocol: undefined, Port: undefined, VpcId: undefined }),
    )
    expect(lambda).toMatchObject({ HealthCheckEnabled: false, HealthCheckIntervalSeconds: 35, HealthCheckTimeoutSeconds: 30 })
    const alb = await described(await elbv2.group('alb', { TargetType: 'alb', Protocol: 'TCP' }))
    expect(alb).toMatchObject({ HealthCheckProtocol: 'HTTP', Matcher: { HttpCode: '200-399' } })
  })

  test('are made once, and refused with other settings', async () => {
    const arn = await elbv2.group('once')
    expect(await elbv2.group('once')).toBe(arn)
    expect(await refusal(elbv2.group('once', { Port: 81 }))).toBe(
      `DuplicateTargetGroupNameException: A target group with the same name '${elbv2.named('once')}' exists, but with different settings`,
    )
    const byName = await elbv2.client.send(new DescribeTargetGroupsCommand({ Names: [elbv2.named('once')] }))
    expect(byName.TargetGroups?.[0]?.TargetGroupArn).toBe(arn)
    await elbv2.client.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }))
    await elbv2.client.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }))
    expect(await refusal(described(arn))).toBe('TargetGroupNotFoundException: One or more target groups not found')
  })

  test('change how they check', async () => {
    const TargetGroupArn = await elbv2.group('modify')
    const { TargetGroups } = await elbv2.client.send(
      new ModifyTargetGroupCommand({
        TargetGroupArn,
        HealthCheckPath: '/health',
        Matcher: { HttpCode: '200-299' },
        HealthyThresholdCount: 2,
      }),
    )
    expect(TargetGroups?.[0]).toMatchObject({ HealthCheckPath: '/health', HealthyThresholdCount: 2, HealthCheckIntervalSeconds: 30 })
    expect(await refusal(elbv2.client.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckTimeoutSeconds: 30 })))).toBe(
      "ValidationError: Health check timeout '30' must be smaller than the interval '30'",
    )
  })

  test('of a Network Load Balancer are checked for as long as between two checks', async () => {
    const tcp = { Protocol: 'TCP', HealthCheckIntervalSeconds: 10 } as const
    const TargetGroupArn = await elbv2.group('as-long', tcp)
    const { TargetGroups } = await elbv2.client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] }))
    expect(TargetGroups?.[0]).toMatchObject({ HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 10 })
    const modify = new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckTimeoutSeconds: 11 })
    expect(await refusal(elbv2.client.send(modify))).toStartWith("ValidationError: Health check timeout '11' must be smaller")
  })

  test.each([
    [{ Protocol: undefined }, "A target group of type 'ip' must have a protocol and a port"],
    [{ VpcId: undefined }, 'A VPC ID must be specified'],
    [{ TargetType: 'lambda' }, "Protocol cannot be specified for target groups with target type 'lambda'"],
    [{ Name: 'x'.repeat(33) }, `Target group name '${'x'.repeat(33)}' cannot be longer than '32' characters`],
    [
      { Name: '-x' },
      "1 validation error detected: Value '-x' at 'targetGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^-)(?!.*-$)^[A-Za-z0-9-]+$",
    ],
    [{ HealthCheckTimeoutSeconds: 40 }, "Health check timeout '40' must be smaller than the interval '30'"],
    [{ Matcher: { HttpCode: '100' } }, "Health check matcher HTTP code '100' must be within '200-499' inclusive"],
    [{ Protocol: 'GENEVE' }, 'Port must be 6081 for GENEVE target groups.'],
    [{ HealthCheckPort: '0' }, "Health check port '0' must be within '1-65535' or 'traffic-port'"],
  ] as const)('are refused: %#', async (more, words) => {
    const input = { Name: elbv2.named('bad'), Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip', ...more } as const
    expect(await refusal(elbv2.client.send(new CreateTargetGroupCommand(input)))).toBe(`ValidationError: ${words}`)
  })

  test('have attributes of their kind', async () => {
    const { client } = elbv2
    const read = async (TargetGroupArn: string) => {
      const { Attributes = [] } = await client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }))
      return new Map(Attributes.map(({ Key, Value }) => [Key, Value]))
    }
    const TargetGroupArn = await elbv2.group('attributes')
    const before = await read(TargetGroupArn)
    expect(before.get('deregistration_delay.timeout_seconds')).toBe('300')
    expect(before.get('stickiness.type')).toBe('lb_cookie')
    expect(before.get('load_balancing.algorithm.type')).toBe('round_robin')
    const set = (...Attributes: { Key: string; Value: string }[]) =>
      client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
    await set({ Key: 'deregistration_delay.timeout_seconds', Value: '5' })
    expect((await read(TargetGroupArn)).get('deregistration_delay.timeout_seconds')).toBe('5')
    expect(await refusal(set({ Key: 'nonsense', Value: '5' }))).toBe(
      "ValidationError: Target group attribute key 'nonsense' is not recognized",
    )
    expect(await refusal(set({ Key: 'stickiness.type', Value: 'app_cookie' }, { Key: 'stickiness.enabled', Value: 'true' }))).toBe(
      "ValidationError: You must set an application cookie name to enable stickiness of type 'app_cookie'",
    )
    expect(await refusal(set({ Key: 'deregistration_delay.timeout_seconds', Value: '3601' }))).toBe(
      "ValidationError: 'deregistration_delay.timeout_seconds' value '3601' must be between '0-3600' inclusive",
    )
    const udp = await read(await elbv2.group('udp', { Protocol: 'UDP' }))
    expect(udp.get('deregistration_delay.connection_termination.enabled')).toBe('true')
    expect(udp.get('preserve_client_ip.enabled')).toBe('true')
    const tcp = await read(await elbv2.group('tcp-ip', { Protocol: 'TCP' }))
    expect(tcp.get('preserve_client_ip.enabled')).toBe('false')
    expect(tcp.get('stickiness.type')).toBe('source_ip')
  })
})

describe('targets', () => {
  const healthOf = async (TargetGroupArn: string, Targets?: { Id: string; Port?: number }[]) =>
    (await elbv2.client.send(new DescribeTargetHealthCommand({ TargetGroupArn, Targets, Include: ['All'] }))).TargetHealthDescriptions ?? []

  test('are unused until the group is used, then wait for their first check, drain and go', async () => {
    const { client } = elbv2
    const TargetGroupArn = await elbv2.group('targets')
    await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.0.1' }, { Id: '10.0.0.2', Port: 81 }] }))
    const [first, second] = await healthOf(TargetGroupArn)
    expect(first).toEqual({
      Target: { Id: '10.0.0.1', Port: 80 },
      HealthCheckPort: '80',
      TargetHealth: {
        State: 'unused',
        Reason: 'Target.NotInUse',
        Description: 'Target group is not configured to receive traffic from the load balancer',
      },
      AnomalyDetection: { Result: 'normal', MitigationInEffect: 'no' },
      AdministrativeOverride: {
        State: 'no_override',
        Reason: 'AdministrativeOverride.NoOverride',
        Description: 'No override is currently active on target',
      },
    })
    expect(second?.Target).toEqual({ Id: '10.0.0.2', Port: 81 })
    expect((await healthOf(TargetGroupArn, [{ Id: '10.9.9.9' }]))[0]?.TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotRegistered',
    })

    const LoadBalancerArn = await elbv2.balancer('targets')
    const { Listeners } = await client.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions: [{ Type: 'forward', TargetGroupArn }] }),
    )
    expect((await described(TargetGroupArn))?.LoadBalancerArns).toEqual([LoadBalancerArn])
    expect((await healthOf(TargetGroupArn))[0]?.TargetHealth?.State).not.toBe('unused')
    expect(await refusal(client.send(new DeleteTargetGroupCommand({ TargetGroupArn })))).toBe(
      `ResourceInUseException: Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
    )

    await client.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '1' }],
      }),
    )
    await client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] }))
    expect((await healthOf(TargetGroupArn, [{ Id: '10.0.0.1' }]))[0]?.TargetHealth).toEqual({
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    })
    await waitUntilTargetDeregistered(
      { client, maxWaitTime: 180, minDelay: 1, maxDelay: 1 },
      { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] },
    )
    expect((await healthOf(TargetGroupArn)).map(({ Target }) => Target?.Id)).toEqual(['10.0.0.2'])
    await client.send(new DeleteListenerCommand({ ListenerArn: Listeners?.[0]?.ListenerArn }))
    expect((await described(TargetGroupArn))?.LoadBalancerArns).toEqual([])
  })

  test('are those that the group takes', async () => {
    const { client } = elbv2
    const register = (TargetGroupArn: string, ...Targets: { Id: string; Port?: number; AvailabilityZone?: string }[]) =>
      client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }))
    const ip = await elbv2.group('ip')
    expect(await refusal(register(ip, { Id: 'i-0123456789abcdef0' }))).toBe(
      "ValidationError: The IP address 'i-0123456789abcdef0' is not a valid IPv4 address",
    )
    expect(await refusal(register(ip, { Id: '8.8.8.8' }))).toStartWith(
      "ValidationError: The IP address '8.8.8.8' is not allowed, as it must be an address from a VPC subnet, RFC1918, or RFC6598",
    )
    const instance = await elbv2.group('instance', { TargetType: 'instance' })
    await register(instance, { Id: 'i-0123456789abcdef0' }, { Id: 'i-0123456789abcdef0', Port: 8080 })
    expect((await healthOf(instance)).map(({ Target }) => Target?.Port).sort()).toEqual([80, 8080])
    await client.send(new DeregisterTargetsCommand({ TargetGroupArn: instance, Targets: [{ Id: 'i-0123456789abcdef0' }] }))
    expect(await healthOf(instance)).toEqual([])
    const lambda = await elbv2.group('fn', { TargetType: 'lambda', Protocol: undefined, Port: undefined, VpcId: undefined })
    const fn = (name: string) => ({ Id: `arn:aws:lambda:us-east-1:000000000000:function:${name}` })
    expect(await refusal(register(lambda, fn('a'), fn('b')))).toBe(
      "ValidationError: Up to '1' Lambda function target(s) can be registered, but '2' were specified",
    )
    await register(lambda, fn('a'))
    const alb = await elbv2.group('alb-target', { TargetType: 'alb', Protocol: 'TCP' })
    const balancer = await elbv2.balancer('alb-target')
    expect(await refusal(register(alb, { Id: balancer }))).toStartWith('InvalidTargetException: Application Load Balancer')
    await elbv2.listener(balancer)
    await register(alb, { Id: balancer })
    await client.send(new DeregisterTargetsCommand({ TargetGroupArn: alb, Targets: [{ Id: balancer }] }))
  })
})
