// AWS' quotas, and what else is rarely met: each is reached by calls alone.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { ControlWorld } from '../../test/support/control-world.ts'
import { trustStores } from '../store/elbv2-tables.ts'

let world: ControlWorld
beforeEach(async () => {
  world = new ControlWorld()
  await world.clock.advance(5)
})
afterEach(() => world.stop())

const serviceOf = (signingName: string) => {
  const found = world.services.find(({ model }) => model.signingName === signingName)
  if (found === undefined) throw new Error(`no service ${signingName}`)
  return found
}

/** The answer's text; an error's code where it is refused. */
const json = async (service: string, operation: string, input: object): Promise<string> => {
  const { status, text } = await world.call(serviceOf(service), operation, JSON.stringify(input))
  return status < 400 ? text : String(JSON.parse(text).__type)
}
const elb = async (action: string, parameters: Readonly<Record<string, string | number>>): Promise<string> => {
  const form = new URLSearchParams({ Action: action, Version: '2015-12-01' })
  for (const [name, value] of Object.entries(parameters)) form.set(name, String(value))
  const { status, text } = await world.call(serviceOf('elasticloadbalancing'), action, form.toString())
  return status < 400 ? text : (/<Code>(.*?)<\/Code>/.exec(text)?.[1] ?? text)
}

const arnIn = (text: string, member: string): string => new RegExp(`<${member}>(.*?)</${member}>`).exec(text)?.[1] ?? text
const numbered = (prefix: string, count: number, of: (index: number) => string, suffix = ''): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}.member.${index + 1}${suffix}`, of(index)]))

const balancer = async (name: string, more: Record<string, string> = {}): Promise<string> =>
  arnIn(await elb('CreateLoadBalancer', { Name: name, ...numbered('Subnets', 2, index => `subnet-${index}`), ...more }), 'LoadBalancerArn')
const group = async (name: string, more: Record<string, string | number> = {}): Promise<string> =>
  arnIn(
    await elb('CreateTargetGroup', { Name: name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip', ...more }),
    'TargetGroupArn',
  )
const fixed = { 'DefaultActions.member.1.Type': 'fixed-response', 'DefaultActions.member.1.FixedResponseConfig.StatusCode': '404' }
const listener = (LoadBalancerArn: string, Port: number, more: Record<string, string> = fixed): Promise<string> =>
  elb('CreateListener', { LoadBalancerArn, Protocol: 'HTTP', Port, ...more })

describe('Elastic Load Balancing has at most', () => {
  test('50 load balancers of a type', async () => {
    for (let number = 0; number < 50; number++) expect(await balancer(`lb-${number}`)).toStartWith('arn:')
    expect(await balancer('lb-50')).toBe('TooManyLoadBalancers')
    expect(await balancer('nlb', { Type: 'network' })).toStartWith('arn:')
  })

  test('50 listeners of a load balancer, and 100 rules', async () => {
    const lb = await balancer('lb')
    const made: string[] = []
    for (let number = 0; number < 50; number++) made.push(arnIn(await listener(lb, 1_000 + number), 'ListenerArn'))
    expect(await listener(lb, 2_000)).toBe('TooManyListeners')
    const rule = (Priority: number) =>
      elb('CreateRule', {
        ListenerArn: made[Priority % 2] ?? '',
        Priority,
        'Conditions.member.1.Field': 'path-pattern',
        'Conditions.member.1.Values.member.1': '/a',
        'Actions.member.1.Type': 'fixed-response',
        'Actions.member.1.FixedResponseConfig.StatusCode': '404',
      })
    for (let priority = 1; priority <= 100; priority++) expect(await rule(priority)).toContain('<RuleArn>')
    expect(await rule(101)).toBe('TooManyRules')
  })

  test('100 target groups of a load balancer', async () => {
    const lb = await balancer('lb')
    const arn = arnIn(await listener(lb, 80), 'ListenerArn')
    const rule = async (Priority: number): Promise<string> => {
      const groups = await Promise.all(Array.from({ length: 5 }, (_, index) => group(`tg-${Priority}-${index}`)))
      return elb('CreateRule', {
        ListenerArn: arn,
        Priority,
        'Conditions.member.1.Field': 'path-pattern',
        'Conditions.member.1.Values.member.1': '/a',
        'Actions.member.1.Type': 'forward',
        ...Object.fromEntries(
          groups.flatMap((each, index) => {
            const member = `Actions.member.1.ForwardConfig.TargetGroups.member.${index + 1}`
            return [
              [`${member}.TargetGroupArn`, each],
              [`${member}.Weight`, '1'],
            ]
          }),
        ),
      })
    }
    for (let priority = 1; priority <= 20; priority++) expect(await rule(priority)).toContain('<RuleArn>')
    expect(await rule(21)).toBe('TooManyUniqueTargetGroupsPerLoadBalancer')
  })

  test('3,000 target groups, 1,000 targets in one and 100 groups of a target', async () => {
    const groups: string[] = []
    for (let number = 0; number < 3_000; number++) groups.push(await group(`tg-${number}`))
    expect(await group('tg-3000')).toBe('TooManyTargetGroups')
    const [first = ''] = groups
    const addresses = numbered('Targets', 1_001, index => `10.0.${index >> 8}.${index & 255}`, '.Id')
    expect(await elb('RegisterTargets', { TargetGroupArn: first, ...addresses })).toBe('TooManyTargets')
    const one = { 'Targets.member.1.Id': '10.0.0.1' }
    const answers: string[] = []
    for (const TargetGroupArn of groups.slice(0, 110)) answers.push(await elb('RegisterTargets', { TargetGroupArn, ...one }))
    expect(answers[99]).toContain('<RegisterTargetsResult')
    expect(answers.at(-1)).toBe('TooManyRegistrationsForTargetId')
  })

  test('20 trust stores, and listeners of those alone that are active', async () => {
    const make = (number: number) =>
      elb('CreateTrustStore', { Name: `ts-${number}`, CaCertificatesBundleS3Bucket: 'b', CaCertificatesBundleS3Key: 'k' })
    const first = arnIn(await make(0), 'TrustStoreArn')
    for (let number = 1; number < 20; number++) expect(await make(number)).toContain('<TrustStoreArn>')
    expect(await make(20)).toBe('TooManyTrustStores')
    const row = world.store.table(trustStores).get(first)
    if (row === undefined) throw new Error('no trust store')
    await world.store.commit(transaction => transaction.put(trustStores, { ...row, trustStore: { ...row.trustStore, Status: 'CREATING' } }))
    const secure = {
      Protocol: 'HTTPS',
      'Certificates.member.1.CertificateArn': 'arn:aws:acm:us-east-1:000000000000:certificate/a',
      'MutualAuthentication.Mode': 'verify',
      'MutualAuthentication.TrustStoreArn': first,
    }
    expect(await listener(await balancer('lb'), 443, { ...fixed, ...secure })).toBe('TrustStoreNotReady')
  })

  test('what is not there: addresses and ALPN policies', async () => {
    const Type = 'network'
    const mapping = { 'SubnetMappings.member.1.SubnetId': 'subnet-1', 'SubnetMappings.member.1.AllocationId': 'none' }
    expect(await elb('CreateLoadBalancer', { Name: 'nlb', Type, ...mapping })).toBe('AllocationIdNotFound')
    const lb = await balancer('nlb', { Type })
    const forward = {
      'DefaultActions.member.1.Type': 'forward',
      'DefaultActions.member.1.TargetGroupArn': await group('tg', { Protocol: 'TLS' }),
    }
    const secure = { Protocol: 'TLS', 'Certificates.member.1.CertificateArn': 'arn:aws:acm:us-east-1:000000000000:certificate/a' }
    expect(await listener(lb, 443, { ...forward, ...secure, 'AlpnPolicy.member.1': 'HTTP9' })).toBe('ALPNPolicyNotFound')
  })
})

test('Cloud Map has at most 1,000 instances of a service', async () => {
  await json('servicediscovery', 'CreateHttpNamespace', { Name: 'ns' })
  const [{ Id: NamespaceId }] = JSON.parse(await json('servicediscovery', 'ListNamespaces', {})).Namespaces
  const { Service } = JSON.parse(await json('servicediscovery', 'CreateService', { Name: 'svc', NamespaceId }))
  const register = (number: number) =>
    json('servicediscovery', 'RegisterInstance', { ServiceId: Service.Id, InstanceId: `i-${number}`, Attributes: { a: 'b' } })
  for (let number = 0; number < 1_000; number++) expect(await register(number)).toContain('OperationId')
  expect(await register(1_000)).toBe('ResourceLimitExceeded')
})

test('a scalable target has at most 50 policies', async () => {
  const target = {
    ServiceNamespace: 'ec2',
    ResourceId: 'spot-fleet-request/sfr-1',
    ScalableDimension: 'ec2:spot-fleet-request:TargetCapacity',
  }
  expect(await json('application-autoscaling', 'RegisterScalableTarget', { ...target, MinCapacity: 1, MaxCapacity: 2 })).toContain('arn:')
  const StepScalingPolicyConfiguration = {
    AdjustmentType: 'ChangeInCapacity',
    StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
  }
  const put = (number: number) =>
    json('application-autoscaling', 'PutScalingPolicy', {
      ...target,
      PolicyName: `p-${number}`,
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration,
    })
  for (let number = 0; number < 50; number++) expect(await put(number)).toContain('PolicyARN')
  expect(await put(50)).toBe('LimitExceededException')
})

describe('ECS', () => {
  test('keeps a cluster that capacity providers are of', async () => {
    await json('ecs', 'CreateCluster', { clusterName: 'c' })
    const managedInstancesProvider = {
      infrastructureRoleArn: 'arn:aws:iam::000000000000:role/r',
      instanceLaunchTemplate: {
        ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/p',
        networkConfiguration: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-01234567'] },
      },
    }
    expect(await json('ecs', 'CreateCapacityProvider', { name: 'managed', cluster: 'c', managedInstancesProvider })).toContain(
      'PROVISIONING',
    )
    expect(await json('ecs', 'DeleteCluster', { cluster: 'c' })).toBe('ClusterContainsCapacityProviderException')
  })

  test('updates no agent whose version it does not know', async () => {
    await json('ecs', 'CreateCluster', {})
    const { containerInstance } = JSON.parse(await json('ecs', 'RegisterContainerInstance', {}))
    expect(await json('ecs', 'UpdateContainerAgent', { containerInstance: containerInstance.containerInstanceArn })).toBe(
      'MissingVersionException',
    )
  })

  test('cannot speak to a container that the runtime does not see', async () => {
    await json('ecs', 'CreateCluster', {})
    const container = { name: 'app', image: 'busybox', memory: 16 }
    const role = { taskRoleArn: 'arn:aws:iam::000000000000:role/r' }
    await json('ecs', 'RegisterTaskDefinition', { family: 'web', networkMode: 'awsvpc', containerDefinitions: [container], ...role })
    const run = {
      taskDefinition: 'web',
      enableExecuteCommand: true,
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
    }
    const { tasks } = JSON.parse(await json('ecs', 'RunTask', run))
    await world.clock.advance(10_000)
    expect(await json('ecs', 'ExecuteCommand', { task: tasks[0].taskArn, command: 'sh', interactive: true })).toBe(
      'TargetNotConnectedException',
    )
  })

  test('scales an Express service between no fewer tasks at most than at least, whichever is given', async () => {
    await json('ecs', 'CreateCluster', {})
    const role = 'arn:aws:iam::000000000000:role/r'
    const create = (scalingTarget: object) =>
      json('ecs', 'CreateExpressGatewayService', {
        serviceName: 'express',
        executionRoleArn: role,
        infrastructureRoleArn: role,
        primaryContainer: { image: 'busybox' },
        scalingTarget,
      })
    // 20 at most is what AWS takes where nothing is given, and 1 at least.
    expect(await create({ minTaskCount: 100 })).toBe('InvalidParameterException')
    expect(await create({ maxTaskCount: 0 })).toBe('InvalidParameterException')
    const { service } = JSON.parse(await create({ minTaskCount: 20 }))
    const update = (scalingTarget: object) => json('ecs', 'UpdateExpressGatewayService', { serviceArn: service.serviceArn, scalingTarget })
    expect(await update({ maxTaskCount: 19 })).toBe('InvalidParameterException')
    expect(await update({ minTaskCount: 21 })).toBe('InvalidParameterException')
    expect(await update({ minTaskCount: 21, maxTaskCount: 21 })).toContain('serviceArn')
  })
})
