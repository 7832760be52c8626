// Clients of load balancers and target groups.
import type {
  CreateListenerOutput,
  CreateLoadBalancerOutput,
  CreateRuleOutput,
  CreateTargetGroupOutput,
} from '../../../server/aws/generated/elbv2.ts'
import type { Client } from './clients.ts'

const elb = async (client: Client, operation: string, input: object, allowed?: RegExp): Promise<string> =>
  (await client.ask('elasticloadbalancing', operation, input, allowed)).answer

const made = (client: Client, table: string, arn: string | undefined): string => {
  const key = arn ?? ''
  client.parts.told.balancing.set(key, { isDeleted: false })
  client.mustBeOnDisk('what was made', table, key, body => body !== undefined)
  return key
}

/** A load balancer with a listener that forwards to a target group for a service; the target group. */
export const balancer = async (client: Client, name: string): Promise<{ readonly group: string; readonly listener: string }> => {
  const balancing = { Name: name, Subnets: ['subnet-1', 'subnet-2'] }
  const balancers: CreateLoadBalancerOutput = JSON.parse(await elb(client, 'CreateLoadBalancer', balancing))
  const LoadBalancerArn = made(client, 'elbv2_load_balancers', balancers.LoadBalancers?.[0]?.LoadBalancerArn)
  const group = await targetGroup(client, name)
  await elb(client, 'ModifyTargetGroupAttributes', {
    TargetGroupArn: group,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }],
  })
  const forward = [{ Type: 'forward', TargetGroupArn: group }]
  const listening = { LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions: forward }
  const listeners: CreateListenerOutput = JSON.parse(await elb(client, 'CreateListener', listening))
  const listener = made(client, 'elbv2_listeners', listeners.Listeners?.[0]?.ListenerArn)
  return { group, listener }
}

const targetGroup = async (client: Client, Name: string): Promise<string> => {
  const input = {
    Name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: 'vpc-1',
    TargetType: 'ip',
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 2,
  }
  const groups: CreateTargetGroupOutput = JSON.parse(await elb(client, 'CreateTargetGroup', input))
  return made(client, 'elbv2_target_groups', groups.TargetGroups?.[0]?.TargetGroupArn)
}

/** Rules that come and go, and targets that are registered by hand. */
export const balancingClient = async (client: Client, listener: string): Promise<void> => {
  const { told } = client.parts
  const group = await targetGroup(client, 'by-hand')
  const registered = new Set<string>()
  for (let number = 1; number <= 4; number++) {
    const Id = `172.31.0.${number}`
    await elb(client, 'RegisterTargets', { TargetGroupArn: group, Targets: [{ Id, Port: 80, AvailabilityZone: 'all' }] })
    registered.add(Id)
    await client.think()
    if (client.random.chance(0.3)) {
      await elb(client, 'DeregisterTargets', { TargetGroupArn: group, Targets: [{ Id, Port: 80 }] })
      registered.delete(Id)
    }
    told.targets.set(group, new Set(registered))
    const rule = {
      ListenerArn: listener,
      Priority: number,
      Conditions: [{ Field: 'path-pattern', Values: [`/${number}`] }],
      Actions: [{ Type: 'forward', TargetGroupArn: group }],
    }
    // A rule has no token: where the first attempt was not answered, its priority is in use.
    const answer = await elb(client, 'CreateRule', rule, /^PriorityInUse/)
    const { Rules }: CreateRuleOutput = JSON.parse(answer)
    if (Rules === undefined) continue
    const RuleArn = made(client, 'elbv2_rules', Rules[0]?.RuleArn)
    if (!client.random.chance(0.3)) continue
    await elb(client, 'DeleteRule', { RuleArn }, /^RuleNotFound/)
    told.balancing.set(RuleArn, { isDeleted: true })
    client.mustBeOnDisk('a deletion', 'elbv2_rules', RuleArn, body => body === undefined)
  }
}
