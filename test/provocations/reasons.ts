// Which errors of which operations cannot arise here, and why. A list of operations narrows a reason to them.
export type Reason = readonly [error: string, why: string, operations?: readonly string[]]

const noPolicies = 'there are no policies: a caller is its account’s root'
const noBreakdown = 'it stands for a breakdown; any is answered so (server/http/api.test.ts)'
const atOnce = 'changes are made when the call is answered, also those that are shown as in progress for a moment: none stands in the way'
const amongFailures = 'what is not there is among the answer’s failures, as MISSING'

/** By the service's folder. An operation's own reason comes before that of all. */
export const reasons: Readonly<Record<string, readonly Reason[]>> = {
  ecs: [
    ['AccessDeniedException', noPolicies],
    ['ServerException', noBreakdown],
    ['BlockedException', 'no account is suspended'],
    [
      'LimitExceededException',
      'AWS’ quotas of what is registered are not met by a machine’s memory; too many tags are an InvalidParameterException',
    ],
    [
      'UpdateInProgressException',
      atOnce,
      ['CreateCapacityProvider', 'DeleteCapacityProvider', 'DeleteCluster', 'UpdateClusterSettings', 'UpdateContainerAgent'],
    ],
    ['UnsupportedFeatureException', 'every feature of it is there in every region'],
    ['ClientException', 'what it refuses is said by InvalidParameterException and by the codes of its own'],
    [
      'ClusterNotFoundException',
      amongFailures,
      ['DescribeDaemonDeployments', 'DescribeDaemonRevisions', 'DescribeServiceDeployments', 'DescribeServiceRevisions'],
    ],
    ['ServiceNotFoundException', amongFailures, ['DescribeServiceDeployments', 'DescribeServiceRevisions']],
    ['ResourceNotFoundException', amongFailures, ['GetTaskProtection', 'UpdateTaskProtection']],
    ['ResourceNotFoundException', 'AWS says InvalidParameterException of what is not there to be tagged', ['TagResource', 'UntagResource']],
    ['PlatformUnknownException', 'its input has no platform version', ['CreateDaemon', 'CreateExpressGatewayService', 'UpdateDaemon']],
    [
      'PlatformTaskDefinitionIncompatibilityException',
      'it runs on the newest platform version, and Windows is refused before',
      ['CreateExpressGatewayService'],
    ],
    ['NamespaceNotFoundException', 'its input names no namespace', ['CreateTaskSet', 'StartTask']],
  ],
  elbv2: [
    ['AvailabilityZoneNotSupportedException', 'every zone takes load balancers'],
    ['CapacityReservationPendingException', 'capacity is reserved at once'],
    ['HealthUnavailableException', 'health is in the state that answers'],
    ['InsufficientCapacityException', 'capacity is kept only: there is always enough'],
    [
      'InvalidConfigurationRequestException',
      'an attribute that is not for the listener’s protocol is a ValidationError',
      ['ModifyListenerAttributes'],
    ],
    ['InvalidRevocationContentException', 'revocation lists are not read'],
    ['InvalidSchemeException', 'the two schemes are an enumeration, whose violation is a ValidationError'],
    ['InvalidSubnetException', 'EC2 is not asked for a subnet’s IPv6 addresses', ['SetIpAddressType']],
    ['InvalidTargetException', 'AWS passes over targets that are not registered', ['DeregisterTargets']],
    ['InvalidTargetException', 'a target that is not registered is answered as unused, Target.NotRegistered', ['DescribeTargetHealth']],
    ['LoadBalancerNotFoundException', 'AWS answers that one that is not there is deleted', ['DeleteLoadBalancer']],
    ['OperationNotPermittedException', 'it stands for an account that may not make load balancers yet', ['CreateLoadBalancer']],
    ['PriorRequestNotCompleteException', atOnce],
    ['ResourceInUseException', 'nothing else can have a listener, such as an accelerator', ['DeleteListener']],
    ['ResourceInUseException', 'nothing else can have a load balancer, such as an endpoint service', ['DeleteLoadBalancer']],
    ['ResourceInUseException', 'whether an Elastic IP is used elsewhere is EC2’s', ['CreateLoadBalancer']],
    ['TooManyCertificatesException', 'it takes one certificate; more are a ValidationError', ['CreateListener', 'ModifyListener']],
    ['TooManyListenersException', 'none is added', ['ModifyListener']],
    [
      'TooManyRegistrationsForTargetIdException',
      'registrations of a target are counted when it is registered',
      ['CreateListener', 'CreateRule', 'ModifyListener', 'ModifyRule'],
    ],
    ['TooManyTagsException', 'none is added', ['RemoveTags']],
    [
      'TooManyTargetGroupsException',
      'too many of an action are a ValidationError, of a load balancer a TooManyUniqueTargetGroupsPerLoadBalancer',
      ['CreateRule'],
    ],
    ['TooManyTrustStoreRevocationEntriesException', 'entries of revocation lists are not counted'],
    [
      'UnsupportedProtocolException',
      'protocols are an enumeration; what does not go together is IncompatibleProtocols or a ValidationError',
    ],
  ],
  servicediscovery: [
    ['RequestLimitExceeded', 'calls are not throttled'],
    [
      'ResourceLimitExceeded',
      'AWS’ quotas of namespaces and services are not met by a machine’s memory',
      ['CreateHttpNamespace', 'CreatePrivateDnsNamespace', 'CreatePublicDnsNamespace', 'CreateService'],
    ],
    ['DuplicateRequest', atOnce],
    [
      'ResourceInUse',
      atOnce,
      ['DeregisterInstance', 'RegisterInstance', 'UpdateHttpNamespace', 'UpdatePrivateDnsNamespace', 'UpdatePublicDnsNamespace'],
    ],
    [
      'NamespaceAlreadyExists',
      'DNS namespaces may share a name: each has a hosted zone of its own',
      ['CreatePrivateDnsNamespace', 'CreatePublicDnsNamespace'],
    ],
  ],
  'application-autoscaling': [
    ['ConcurrentUpdateException', atOnce],
    ['FailedResourceAccessException', 'alarms and metrics are not asked with a role of the service'],
    ['InternalServiceException', noBreakdown],
    [
      'LimitExceededException',
      'AWS’ quotas of targets and scheduled actions are not met by a machine’s memory',
      ['PutScheduledAction', 'RegisterScalableTarget'],
    ],
  ],
}

/** Provoked by a test of its own: what takes a fixture of hundreds, or a faulty part. By folder and operation: error to file. */
export const elsewhere: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  ecs: {},
  elbv2: {
    CreateLoadBalancer: { TooManyLoadBalancersException: 'server/compose/limits.test.ts' },
    CreateTargetGroup: { TooManyTargetGroupsException: 'server/compose/limits.test.ts' },
    CreateTrustStore: { TooManyTrustStoresException: 'server/compose/limits.test.ts' },
    RegisterTargets: { TooManyRegistrationsForTargetIdException: 'server/compose/limits.test.ts' },
  },
  servicediscovery: {
    RegisterInstance: { ResourceLimitExceeded: 'server/compose/limits.test.ts' },
  },
  'application-autoscaling': {},
}
