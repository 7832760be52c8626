import { addresses, bundle, certificate, fixed, group, path, subnets } from './elbv2-fixture.ts'
import { type Provocations, tableOf } from './world.ts'

const tagsOf = (count: number): readonly object[] => Array.from({ length: count }, (_, index) => ({ Key: `k-${index}`, Value: 'v' }))
const twice = [
  { Key: 'a', Value: 'b' },
  { Key: 'a', Value: 'c' },
]
export const elbProvocations = (of: (name: string) => string): Provocations => {
  const goneOf = (name: string): string => of(name).replace(/.{4}$/, '0000')
  const [balancer, listener, rule, groupArn, store] = ['alb', 'http', 'rule', 'free group', 'store'].map(goneOf)
  const forward = (...names: readonly string[]): object => ({
    Type: 'forward',
    ForwardConfig: { TargetGroups: names.map(name => ({ TargetGroupArn: of(name), Weight: 1 })) },
  })
  const forwardToNone = { Type: 'forward', TargetGroupArn: groupArn }
  /** What makes, and what changes, a listener or a rule, with other actions. */
  const acting = (actions: readonly object[]): Readonly<Record<string, object>> => ({
    CreateListener: { LoadBalancerArn: of('alb'), Protocol: 'HTTP', Port: 81, DefaultActions: actions },
    ModifyListener: { ListenerArn: of('http'), DefaultActions: actions },
    CreateRule: { ListenerArn: of('http'), Priority: 9, Conditions: path, Actions: actions },
    ModifyRule: { RuleArn: of('rule'), Actions: actions },
  })
  const whereActing = (error: string, actions: readonly object[]) =>
    Object.entries(acting(actions)).map(([operation, input]) => [operation, error, input] as const)
  const secure = { LoadBalancerArn: of('alb'), Protocol: 'HTTPS', Port: 444, Certificates: certificate('a'), DefaultActions: [fixed] }
  const mutual = (arn: string | undefined): object => ({ MutualAuthentication: { Mode: 'verify', TrustStoreArn: arn } })
  const onGone = (error: string, member: string, arn: string | undefined, inputs: Readonly<Record<string, object>>) =>
    Object.entries(inputs).map(([operation, input]) => [operation, error, { ...input, [member]: arn }] as const)
  return tableOf(
    onGone('LoadBalancerNotFoundException', 'LoadBalancerArn', balancer, {
      CreateListener: { Protocol: 'HTTP', Port: 80, DefaultActions: [fixed] },
      DescribeCapacityReservation: {},
      DescribeListeners: {},
      DescribeLoadBalancerAttributes: {},
      DescribeTargetGroups: {},
      ModifyCapacityReservation: { ResetCapacityReservation: true },
      ModifyIpPools: {},
      ModifyLoadBalancerAttributes: { Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '5' }] },
      SetIpAddressType: { IpAddressType: 'ipv4' },
      SetSecurityGroups: { SecurityGroups: ['sg-1'] },
      SetSubnets: { Subnets: subnets },
    }),
    [['DescribeLoadBalancers', 'LoadBalancerNotFoundException', { LoadBalancerArns: [balancer] }]],
    onGone('ListenerNotFoundException', 'ListenerArn', listener, {
      AddListenerCertificates: { Certificates: certificate('a') },
      CreateRule: { Priority: 1, Conditions: path, Actions: [fixed] },
      DeleteListener: {},
      DescribeListenerAttributes: {},
      DescribeListenerCertificates: {},
      DescribeRules: {},
      ModifyListener: { Port: 90 },
      ModifyListenerAttributes: { Attributes: [] },
      RemoveListenerCertificates: { Certificates: certificate('a') },
    }),
    [['DescribeListeners', 'ListenerNotFoundException', { ListenerArns: [listener] }]],
    onGone('RuleNotFoundException', 'RuleArn', rule, { DeleteRule: {}, ModifyRule: { Actions: [fixed] } }),
    [
      ['DescribeRules', 'RuleNotFoundException', { RuleArns: [rule] }],
      ['SetRulePriorities', 'RuleNotFoundException', { RulePriorities: [{ RuleArn: rule, Priority: 5 }] }],
    ],
    onGone('TargetGroupNotFoundException', 'TargetGroupArn', groupArn, {
      DeregisterTargets: { Targets: [{ Id: '10.0.0.1' }] },
      DescribeTargetGroupAttributes: {},
      DescribeTargetHealth: {},
      ModifyTargetGroup: { HealthCheckPath: '/' },
      ModifyTargetGroupAttributes: { Attributes: [] },
      RegisterTargets: { Targets: [{ Id: '10.0.0.1' }] },
    }),
    [['DescribeTargetGroups', 'TargetGroupNotFoundException', { TargetGroupArns: [groupArn] }]],
    whereActing('TargetGroupNotFoundException', [forwardToNone]),
    onGone('TrustStoreNotFoundException', 'TrustStoreArn', store, {
      AddTrustStoreRevocations: { RevocationContents: [{ S3Bucket: 'b', S3Key: 'k' }] },
      DeleteSharedTrustStoreAssociation: { ResourceArn: of('alb') },
      DeleteTrustStore: {},
      DescribeTrustStoreAssociations: {},
      DescribeTrustStoreRevocations: {},
      GetTrustStoreCaCertificatesBundle: {},
      GetTrustStoreRevocationContent: { RevocationId: 1 },
      ModifyTrustStore: bundle('k'),
      RemoveTrustStoreRevocations: { RevocationIds: [1] },
    }),
    [
      ['DescribeTrustStores', 'TrustStoreNotFoundException', { TrustStoreArns: [store] }],
      ['CreateListener', 'TrustStoreNotFoundException', { ...secure, ...mutual(store) }],
      ['ModifyListener', 'TrustStoreNotFoundException', { ListenerArn: of('https'), ...mutual(store) }],
      ['CreateListener', 'TrustStoreNotReadyException', { ...secure, ...mutual(of('unready store')) }],
      ['ModifyListener', 'TrustStoreNotReadyException', { ListenerArn: of('https'), ...mutual(of('unready store')) }],
    ],
    ['AddTags', 'RemoveTags', 'DescribeTags'].flatMap(operation =>
      (
        [
          ['LoadBalancerNotFoundException', balancer],
          ['ListenerNotFoundException', listener],
          ['RuleNotFoundException', rule],
          ['TargetGroupNotFoundException', groupArn],
          ['TrustStoreNotFoundException', store],
        ] as const
      ).map(([error, arn]) => [operation, error, { ResourceArns: [arn], Tags: tagsOf(1), TagKeys: ['a'] }] as const),
    ),
    [
      ['AddTags', 'DuplicateTagKeysException', { ResourceArns: [of('alb')], Tags: twice }],
      ['AddTags', 'TooManyTagsException', { ResourceArns: [of('alb')], Tags: tagsOf(51) }],
      [
        'CreateListener',
        'TooManyTagsException',
        { LoadBalancerArn: of('alb'), Protocol: 'HTTP', Port: 81, DefaultActions: [fixed], Tags: tagsOf(51) },
      ],
      ['CreateLoadBalancer', 'TooManyTagsException', { Name: 'new', Subnets: subnets, Tags: tagsOf(51) }],
      ['CreateLoadBalancer', 'DuplicateTagKeysException', { Name: 'new', Subnets: subnets, Tags: twice }],
      [
        'CreateRule',
        'TooManyTagsException',
        { ListenerArn: of('http'), Priority: 9, Conditions: path, Actions: [fixed], Tags: tagsOf(51) },
      ],
      ['CreateTargetGroup', 'TooManyTagsException', { Name: 'new', ...group, Tags: tagsOf(51) }],
      ['CreateTrustStore', 'TooManyTagsException', { Name: 'new', ...bundle('k'), Tags: tagsOf(51) }],
      ['CreateTrustStore', 'DuplicateTagKeysException', { Name: 'new', ...bundle('k'), Tags: twice }],
    ],
    [
      ['AddListenerCertificates', 'CertificateNotFoundException', { ListenerArn: of('https'), Certificates: certificate('missing') }],
      ['CreateListener', 'CertificateNotFoundException', { ...secure, Certificates: certificate('missing') }],
      ['ModifyListener', 'CertificateNotFoundException', { ListenerArn: of('https'), Certificates: certificate('missing') }],
      [
        'AddListenerCertificates',
        'TooManyCertificatesException',
        { ListenerArn: of('https'), Certificates: Array.from({ length: 26 }, (_, index) => certificate(`more-${index}`)).flat() },
      ],
      ['CreateListener', 'SSLPolicyNotFoundException', { ...secure, SslPolicy: 'none' }],
      ['ModifyListener', 'SSLPolicyNotFoundException', { ListenerArn: of('https'), SslPolicy: 'none' }],
      ['DescribeSSLPolicies', 'SSLPolicyNotFoundException', { Names: ['none'] }],
      [
        'CreateListener',
        'ALPNPolicyNotSupportedException',
        {
          LoadBalancerArn: of('nlb'),
          Protocol: 'TLS',
          Port: 444,
          Certificates: certificate('a'),
          AlpnPolicy: ['HTTP9'],
          DefaultActions: [forward('tls group')],
        },
      ],
      ['ModifyListener', 'ALPNPolicyNotSupportedException', { ListenerArn: of('tls'), AlpnPolicy: ['HTTP9'] }],
      [
        'CreateListener',
        'DuplicateListenerException',
        { LoadBalancerArn: of('alb'), Protocol: 'HTTP', Port: 443, DefaultActions: [fixed] },
      ],
      ['ModifyListener', 'DuplicateListenerException', { ListenerArn: of('http'), Port: 443 }],
    ],
    whereActing('IncompatibleProtocolsException', [forward('tcp group')]),
    whereActing('InvalidLoadBalancerActionException', [forward('free group', 'function group')]),
    whereActing('TargetGroupAssociationLimitException', [forward('used group')]),
    whereActing(
      'TooManyActionsException',
      Array.from({ length: 6 }, (_, Order) => ({ ...fixed, Order: Order + 1 })),
    ),
    [
      [
        'CreateListener',
        'InvalidConfigurationRequestException',
        { LoadBalancerArn: of('alb'), Protocol: 'HTTP', Port: 81, DefaultActions: [forward('far group')] },
      ],
      [
        'CreateLoadBalancer',
        'InvalidConfigurationRequestException',
        { Name: 'new', Subnets: subnets, IpAddressType: 'dualstack-without-public-ipv4', Type: 'network' },
      ],
      ['CreateRule', 'InvalidConfigurationRequestException', { ListenerArn: of('tls'), Priority: 1, Conditions: path, Actions: [fixed] }],
      [
        'CreateTargetGroup',
        'InvalidConfigurationRequestException',
        { Name: 'new', ...group, Protocol: 'TCP', HealthCheckProtocol: 'TCP', HealthCheckPath: '/' },
      ],
      [
        'ModifyCapacityReservation',
        'InvalidConfigurationRequestException',
        { LoadBalancerArn: of('alb'), MinimumLoadBalancerCapacity: { CapacityUnits: 0 } },
      ],
      ['ModifyListener', 'InvalidConfigurationRequestException', { ListenerArn: of('http'), DefaultActions: [forward('far group')] }],
      [
        'ModifyLoadBalancerAttributes',
        'InvalidConfigurationRequestException',
        { LoadBalancerArn: of('alb'), Attributes: [{ Key: 'access_logs.s3.enabled', Value: 'true' }] },
      ],
      [
        'ModifyTargetGroup',
        'InvalidConfigurationRequestException',
        { TargetGroupArn: of('tcp group'), HealthCheckProtocol: 'TCP', HealthCheckPath: '/' },
      ],
      [
        'ModifyTargetGroupAttributes',
        'InvalidConfigurationRequestException',
        {
          TargetGroupArn: of('free group'),
          Attributes: [
            { Key: 'slow_start.duration_seconds', Value: '30' },
            { Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' },
          ],
        },
      ],
      [
        'SetIpAddressType',
        'InvalidConfigurationRequestException',
        { LoadBalancerArn: of('nlb'), IpAddressType: 'dualstack-without-public-ipv4' },
      ],
      ['SetSecurityGroups', 'InvalidConfigurationRequestException', { LoadBalancerArn: of('gwlb'), SecurityGroups: ['sg-1'] }],
      [
        'SetSubnets',
        'InvalidConfigurationRequestException',
        { LoadBalancerArn: of('alb'), Subnets: subnets, EnablePrefixForIpv6SourceNat: 'on' },
      ],
      [
        'CreateLoadBalancer',
        'AllocationIdNotFoundException',
        { Name: 'new', Type: 'network', SubnetMappings: [{ SubnetId: 'subnet-1', AllocationId: 'none' }] },
      ],
      [
        'SetSubnets',
        'AllocationIdNotFoundException',
        { LoadBalancerArn: of('nlb'), SubnetMappings: [{ SubnetId: 'subnet-1', AllocationId: 'none' }] },
      ],
      ['CreateLoadBalancer', 'DuplicateLoadBalancerNameException', { Name: 'alb', Scheme: 'internal', Subnets: subnets }],
      ['CreateLoadBalancer', 'InvalidSecurityGroupException', { Name: 'new', Subnets: subnets, SecurityGroups: ['sg-missing'] }],
      ['SetSecurityGroups', 'InvalidSecurityGroupException', { LoadBalancerArn: of('alb'), SecurityGroups: ['sg-missing'] }],
      ['CreateLoadBalancer', 'InvalidSubnetException', { Name: 'new', Subnets: ['subnet-1', 'subnet-far'] }],
      ['SetSubnets', 'InvalidSubnetException', { LoadBalancerArn: of('alb'), Subnets: ['subnet-1', 'subnet-far'] }],
      ['CreateLoadBalancer', 'SubnetNotFoundException', { Name: 'new', Subnets: ['subnet-1', 'subnet-missing'] }],
      ['SetSubnets', 'SubnetNotFoundException', { LoadBalancerArn: of('alb'), Subnets: ['subnet-1', 'subnet-missing'] }],
      ['CreateTargetGroup', 'DuplicateTargetGroupNameException', { ...group, Name: 'free', Port: 81 }],
      ['CreateTrustStore', 'DuplicateTrustStoreNameException', { Name: 'store', ...bundle('k') }],
      ['CreateTrustStore', 'CaCertificatesBundleNotFoundException', { Name: 'new', ...bundle('missing') }],
      ['ModifyTrustStore', 'CaCertificatesBundleNotFoundException', { TrustStoreArn: of('store'), ...bundle('missing') }],
      ['CreateTrustStore', 'InvalidCaCertificatesBundleException', { Name: 'new', ...bundle('broken') }],
      ['ModifyTrustStore', 'InvalidCaCertificatesBundleException', { TrustStoreArn: of('store'), ...bundle('broken') }],
      ['DeleteLoadBalancer', 'OperationNotPermittedException', { LoadBalancerArn: of('other alb') }],
      ['DeleteRule', 'OperationNotPermittedException', { RuleArn: of('default rule') }],
      ['ModifyRule', 'OperationNotPermittedException', { RuleArn: of('default rule'), Conditions: path }],
      ['ModifyCapacityReservation', 'OperationNotPermittedException', { LoadBalancerArn: of('gwlb'), ResetCapacityReservation: true }],
      ['RemoveListenerCertificates', 'OperationNotPermittedException', { ListenerArn: of('https'), Certificates: certificate('a') }],
      ['SetRulePriorities', 'OperationNotPermittedException', { RulePriorities: [{ RuleArn: of('default rule'), Priority: 5 }] }],
      ['DeleteTargetGroup', 'ResourceInUseException', { TargetGroupArn: of('used group') }],
      [
        'CreateRule',
        'PriorityInUseException',
        { ListenerArn: of('http'), Priority: 1, Conditions: [{ Field: 'path-pattern', Values: ['/other'] }], Actions: [fixed] },
      ],
      ['SetRulePriorities', 'PriorityInUseException', { RulePriorities: [{ RuleArn: of('rule'), Priority: 2 }] }],
      [
        'DeleteSharedTrustStoreAssociation',
        'DeleteAssociationSameAccountException',
        { TrustStoreArn: of('store'), ResourceArn: of('alb') },
      ],
      [
        'DeleteSharedTrustStoreAssociation',
        'TrustStoreAssociationNotFoundException',
        { TrustStoreArn: of('store'), ResourceArn: of('other alb') },
      ],
      ['DeleteTrustStore', 'TrustStoreInUseException', { TrustStoreArn: of('store') }],
      [
        'AddTrustStoreRevocations',
        'RevocationContentNotFoundException',
        { TrustStoreArn: of('store'), RevocationContents: [{ S3Bucket: 'b', S3Key: 'missing' }] },
      ],
      ['DescribeTrustStoreRevocations', 'RevocationIdNotFoundException', { TrustStoreArn: of('store'), RevocationIds: [99] }],
      ['GetTrustStoreRevocationContent', 'RevocationIdNotFoundException', { TrustStoreArn: of('store'), RevocationId: 99 }],
      ['RemoveTrustStoreRevocations', 'RevocationIdNotFoundException', { TrustStoreArn: of('store'), RevocationIds: [99] }],
      ['GetResourcePolicy', 'ResourceNotFoundException', { ResourceArn: of('store') }],
      [
        'ModifyCapacityReservation',
        'CapacityUnitsLimitExceededException',
        { LoadBalancerArn: of('nlb'), MinimumLoadBalancerCapacity: { CapacityUnits: 1_501 } },
      ],
      [
        'ModifyCapacityReservation',
        'CapacityDecreaseRequestsLimitExceededException',
        { LoadBalancerArn: of('alb'), MinimumLoadBalancerCapacity: { CapacityUnits: 50 } },
      ],
      [
        'RegisterTargets',
        'InvalidTargetException',
        { TargetGroupArn: of('function group'), Targets: [{ Id: 'arn:aws:lambda:us-east-1:000000000000:function:missing' }] },
      ],
      [
        'CreateListener',
        'TooManyListenersException',
        { LoadBalancerArn: of('crowded'), Protocol: 'HTTP', Port: 9_999, DefaultActions: [fixed] },
      ],
      ['CreateRule', 'TooManyRulesException', { ListenerArn: of('crowded listener'), Priority: 9_999, Conditions: path, Actions: [fixed] }],
      [
        'CreateListener',
        'TooManyUniqueTargetGroupsPerLoadBalancerException',
        { LoadBalancerArn: of('crowded'), Protocol: 'HTTP', Port: 9_999, DefaultActions: [forward('free group')] },
      ],
      [
        'ModifyListener',
        'TooManyUniqueTargetGroupsPerLoadBalancerException',
        { ListenerArn: of('crowded listener'), DefaultActions: [forward('free group')] },
      ],
      [
        'CreateRule',
        'TooManyUniqueTargetGroupsPerLoadBalancerException',
        { ListenerArn: of('crowded listener'), Priority: 9_999, Conditions: path, Actions: [forward('free group')] },
      ],
      [
        'ModifyRule',
        'TooManyUniqueTargetGroupsPerLoadBalancerException',
        { RuleArn: of('crowded rule'), Actions: [forward('free group')] },
      ],
      ...whereActing('TooManyTargetsException', [forward('full group', 'filled group')]),
      [
        'RegisterTargets',
        'TooManyTargetsException',
        {
          TargetGroupArn: of('free group'),
          Targets: addresses(1_001),
        },
      ],
    ],
  )
}
