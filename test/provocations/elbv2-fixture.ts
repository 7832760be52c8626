import type { Made, Step } from './world.ts'

const call = (operation: string, input: object): Step => ['elasticloadbalancing', operation, input]
export const certificate = (name: string) => [{ CertificateArn: `arn:aws:acm:us-east-1:000000000000:certificate/${name}` }]
export const fixed = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }
export const subnets = ['subnet-1', 'subnet-2']
export const group = { Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' }
export const path = [{ Field: 'path-pattern', Values: ['/a'] }]
export const bundle = (key: string): object => ({ CaCertificatesBundleS3Bucket: 'b', CaCertificatesBundleS3Key: key })

export const elbFixture = (of: (name: string) => string): readonly Made[] => [
  () => ['alb', 'LoadBalancerArn', call('CreateLoadBalancer', { Name: 'alb', Subnets: subnets })],
  () => ['other alb', 'LoadBalancerArn', call('CreateLoadBalancer', { Name: 'other', Subnets: subnets })],
  () => ['nlb', 'LoadBalancerArn', call('CreateLoadBalancer', { Name: 'nlb', Type: 'network', Subnets: ['subnet-1'] })],
  () => ['gwlb', 'LoadBalancerArn', call('CreateLoadBalancer', { Name: 'gwlb', Type: 'gateway', Subnets: ['subnet-1'] })],
  () => [
    '',
    'Key',
    call('ModifyLoadBalancerAttributes', {
      LoadBalancerArn: of('other alb'),
      Attributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }],
    }),
  ],
  () => [
    '',
    'CapacityUnits',
    call('ModifyCapacityReservation', { LoadBalancerArn: of('alb'), MinimumLoadBalancerCapacity: { CapacityUnits: 300 } }),
  ],
  () => [
    '',
    'CapacityUnits',
    call('ModifyCapacityReservation', { LoadBalancerArn: of('alb'), MinimumLoadBalancerCapacity: { CapacityUnits: 200 } }),
  ],
  () => [
    '',
    'CapacityUnits',
    call('ModifyCapacityReservation', { LoadBalancerArn: of('alb'), MinimumLoadBalancerCapacity: { CapacityUnits: 100 } }),
  ],
  () => ['used group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'used', ...group })],
  () => ['free group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'free', ...group })],
  () => ['far group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'far', ...group, VpcId: 'vpc-far' })],
  () => ['tcp group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'tcp', ...group, Protocol: 'TCP' })],
  () => ['tls group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'tls', ...group, Protocol: 'TLS' })],
  () => ['function group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'function', TargetType: 'lambda' })],
  () => ['instance group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'instance', ...group, TargetType: 'instance' })],
  () => ['udp group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'udp', ...group, Protocol: 'UDP' })],
  () => ['geneve group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'geneve', ...group, Protocol: 'GENEVE', Port: 6081 })],
  () => ['ipv6 group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'ipv6', ...group, IpAddressType: 'ipv6' })],
  () => ['alb group', 'TargetGroupArn', call('CreateTargetGroup', { Name: 'of-alb', ...group, Protocol: 'TCP', TargetType: 'alb' })],
  () => [
    'dualstack',
    'LoadBalancerArn',
    call('CreateLoadBalancer', { Name: 'dualstack', Type: 'network', IpAddressType: 'dualstack', Subnets: ['subnet-1'] }),
  ],
  () => [
    'used listener',
    'ListenerArn',
    call('CreateListener', {
      LoadBalancerArn: of('other alb'),
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: of('used group') }],
    }),
  ],
  () => [
    'http',
    'ListenerArn',
    call('CreateListener', { LoadBalancerArn: of('alb'), Protocol: 'HTTP', Port: 80, DefaultActions: [fixed] }),
  ],
  () => ['store', 'TrustStoreArn', call('CreateTrustStore', { Name: 'store', ...bundle('k') })],
  () => ['unready store', 'TrustStoreArn', call('CreateTrustStore', { Name: 'unready', ...bundle('k') })],
  () => [
    'https',
    'ListenerArn',
    call('CreateListener', {
      LoadBalancerArn: of('alb'),
      Protocol: 'HTTPS',
      Port: 443,
      Certificates: certificate('a'),
      DefaultActions: [fixed],
      MutualAuthentication: { Mode: 'verify', TrustStoreArn: of('store') },
    }),
  ],
  () => [
    'tls',
    'ListenerArn',
    call('CreateListener', {
      LoadBalancerArn: of('nlb'),
      Protocol: 'TLS',
      Port: 443,
      Certificates: certificate('a'),
      DefaultActions: [{ Type: 'forward', TargetGroupArn: of('tls group') }],
    }),
  ],
  () => [
    'tcp',
    'ListenerArn',
    call('CreateListener', {
      LoadBalancerArn: of('nlb'),
      Protocol: 'TCP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: of('tcp group') }],
    }),
  ],
  () => ['verified', 'LoadBalancerArn', call('CreateLoadBalancer', { Name: 'verified', Subnets: subnets })],
  ...[443, 8443].map((Port): Made => () => ['', 'ListenerArn', verifying(of, Port)]),
  () => ['rule', 'RuleArn', call('CreateRule', { ListenerArn: of('http'), Priority: 1, Conditions: path, Actions: [fixed] })],
  () => ['other rule', 'RuleArn', call('CreateRule', { ListenerArn: of('http'), Priority: 2, Conditions: path, Actions: [fixed] })],
  () => ['default rule', 'RuleArn', call('DescribeRules', { ListenerArn: of('used listener') })],
  ...['full group', 'filled group'].flatMap((name): readonly Made[] => [
    () => [name, 'TargetGroupArn', call('CreateTargetGroup', { Name: name.replace(' ', '-'), ...group })],
    () => ['', 'none', call('RegisterTargets', { TargetGroupArn: of(name), Targets: addresses(501) })],
  ]),
  ...crowd(of),
]

export const addresses = (count: number): readonly object[] =>
  Array.from({ length: count }, (_, index) => ({ Id: `10.0.${index >> 8}.${index & 255}` }))

const verifying = (of: (name: string) => string, Port: number): Step =>
  call('CreateListener', {
    LoadBalancerArn: of('verified'),
    Protocol: 'HTTPS',
    Port,
    Certificates: certificate('a'),
    DefaultActions: [fixed],
    MutualAuthentication: { Mode: 'verify', TrustStoreArn: of('store') },
  })

/** A load balancer with as many target groups, rules and listeners as one may have. */
const crowd = (of: (name: string) => string): readonly Made[] => [
  () => ['crowded', 'LoadBalancerArn', call('CreateLoadBalancer', { Name: 'crowded', Subnets: subnets })],
  ...Array.from({ length: 50 }, (_, index): Made => () => [
    index === 0 ? 'crowded listener' : '',
    'ListenerArn',
    call('CreateListener', { LoadBalancerArn: of('crowded'), Protocol: 'HTTP', Port: 1_000 + index, DefaultActions: [fixed] }),
  ]),
  ...Array.from({ length: 100 }, (_, index): Made => () => [
    `crowd-${index}`,
    'TargetGroupArn',
    call('CreateTargetGroup', { Name: `crowd-${index}`, ...group }),
  ]),
  ...Array.from({ length: 20 }, (_, index): Made => () => {
    const TargetGroups = Array.from({ length: 5 }, (__, which) => ({ TargetGroupArn: of(`crowd-${index * 5 + which}`), Weight: 1 }))
    return ['', 'RuleArn', ruleCall(of, index + 1, { Type: 'forward', ForwardConfig: { TargetGroups } })]
  }),
  ...Array.from({ length: 80 }, (_, index): Made => () => ['crowded rule', 'RuleArn', ruleCall(of, index + 21, fixed)]),
]

const ruleCall = (of: (name: string) => string, Priority: number, action: object): Step =>
  call('CreateRule', { ListenerArn: of('crowded listener'), Priority, Conditions: path, Actions: [action] })
