// For operations that need more than chance to succeed: an input each that does where what it refers to is there.
import { referTo } from './model-inputs.ts'

const vpc = { awsvpcConfiguration: { subnets: ['subnet-1'] } }
const fixed = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }]
const app = { name: 'app', image: 'busybox', memory: 16, essential: true, portMappings: [{ containerPort: 80, name: 'http' }] }
const scalable = { ServiceNamespace: 'ecs', ResourceId: 'service/default/web', ScalableDimension: 'ecs:service:DesiredCount' }
const tags = [{ key: 'a', value: 'b' }]
const Tags = [{ Key: 'a', Value: 'b' }]

/** Service (its signing name) and operation to inputs, in the order in which each finds what it refers to. */
export const plausible: readonly (readonly [service: string, operation: string, input: object])[] = [
  ['ecs', 'CreateCluster', { clusterName: 'default', tags }],
  ['ecs', 'PutAccountSetting', { name: 'containerInsights', value: 'enabled' }],
  ['ecs', 'RegisterTaskDefinition', { family: 'web', containerDefinitions: [app], tags }],
  [
    'ecs',
    'RegisterTaskDefinition',
    {
      family: 'fargate',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [app],
    },
  ],
  ['ecs', 'RunTask', { taskDefinition: 'web', count: 2 }],
  ['ecs', 'RunTask', { taskDefinition: 'fargate', launchType: 'FARGATE', networkConfiguration: vpc }],
  ['ecs', 'CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1, tags }],
  ['ecs', 'CreateService', { serviceName: 'external', deploymentController: { type: 'EXTERNAL' }, desiredCount: 1 }],
  ['ecs', 'CreateTaskSet', { cluster: 'default', service: 'external', taskDefinition: 'web', scale: { value: 50, unit: 'PERCENT' } }],
  [
    'ecs',
    'UpdateTaskSet',
    { cluster: 'default', service: 'external', taskSet: referTo('taskSet'), scale: { value: 100, unit: 'PERCENT' } },
  ],
  ['ecs', 'UpdateServicePrimaryTaskSet', { cluster: 'default', service: 'external', primaryTaskSet: referTo('taskSet') }],
  ['ecs', 'UpdateService', { service: 'web', desiredCount: 2, forceNewDeployment: true }],
  ['ecs', 'UpdateService', { service: 'web', desiredCount: 0 }],
  ['ecs', 'StopTask', { task: referTo('task') }],
  ['ecs', 'DescribeTasks', { tasks: [referTo('task'), referTo('task')], include: ['TAGS'] }],
  ['ecs', 'UpdateTaskProtection', { cluster: 'default', tasks: [referTo('task')], protectionEnabled: true }],
  ['ecs', 'ListContainerInstances', {}],
  ['ecs', 'DescribeContainerInstances', { containerInstances: [referTo('containerInstance')] }],
  ['ecs', 'UpdateContainerInstancesState', { containerInstances: [referTo('containerInstance')], status: 'DRAINING' }],
  ['ecs', 'StartTask', { taskDefinition: 'web', containerInstances: [referTo('containerInstance')] }],
  ['ecs', 'PutAttributes', { attributes: [{ name: 'rack', value: '1', targetId: referTo('containerInstance') }] }],
  ['ecs', 'RegisterContainerInstance', { totalResources: [{ name: 'CPU', type: 'INTEGER', integerValue: 1024 }] }],
  [
    'ecs',
    'CreateCapacityProvider',
    {
      name: 'cp',
      autoScalingGroupProvider: {
        autoScalingGroupArn: 'arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/a',
      },
    },
  ],
  ['ecs', 'PutClusterCapacityProviders', { cluster: 'default', capacityProviders: ['FARGATE', 'cp'], defaultCapacityProviderStrategy: [] }],
  ['ecs', 'ListServiceDeployments', { service: 'web' }],
  ['ecs', 'DescribeServiceDeployments', { serviceDeploymentArns: [referTo('serviceDeployment')] }],
  ['ecs', 'DescribeServiceRevisions', { serviceRevisionArns: [referTo('serviceRevision')] }],
  ['ecs', 'StopServiceDeployment', { serviceDeploymentArn: referTo('serviceDeployment'), stopType: 'ROLLBACK' }],
  ['ecs', 'TagResource', { resourceArn: referTo('clusterArn'), tags }],
  ['ecs', 'DeregisterTaskDefinition', { taskDefinition: 'fargate:1' }],
  ['ecs', 'DeleteTaskDefinitions', { taskDefinitions: ['fargate:1'] }],
  ['ecs', 'RegisterDaemonTaskDefinition', { family: 'daemon', containerDefinitions: [{ name: 'app', image: 'busybox', memory: 16 }] }],
  ['ecs', 'CreateGateway', { name: 'gw', infrastructureRoleArn: 'arn:aws:iam::000000000000:role/r' }],
  ['elasticloadbalancing', 'CreateLoadBalancer', { Name: 'lb', Subnets: ['subnet-1', 'subnet-2'], Tags }],
  ['elasticloadbalancing', 'CreateTargetGroup', { Name: 'tg', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' }],
  ['elasticloadbalancing', 'CreateTrustStore', { Name: 'ts', CaCertificatesBundleS3Bucket: 'b', CaCertificatesBundleS3Key: 'k' }],
  [
    'elasticloadbalancing',
    'AddTrustStoreRevocations',
    { TrustStoreArn: referTo('TrustStoreArn'), RevocationContents: [{ S3Bucket: 'b', S3Key: 'k' }] },
  ],
  [
    'elasticloadbalancing',
    'CreateListener',
    { LoadBalancerArn: referTo('LoadBalancerArn'), Protocol: 'HTTP', Port: 80, DefaultActions: fixed },
  ],
  [
    'elasticloadbalancing',
    'CreateRule',
    {
      ListenerArn: referTo('ListenerArn'),
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', Values: ['/a'] }],
      Actions: [{ Type: 'forward', TargetGroupArn: referTo('TargetGroupArn') }],
    },
  ],
  ['elasticloadbalancing', 'RegisterTargets', { TargetGroupArn: referTo('TargetGroupArn'), Targets: [{ Id: '10.0.0.1' }] }],
  ['elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: referTo('TargetGroupArn') }],
  ['elasticloadbalancing', 'DescribeRules', { ListenerArn: referTo('ListenerArn') }],
  ['elasticloadbalancing', 'ModifyRule', { RuleArn: referTo('RuleArn'), Conditions: [{ Field: 'host-header', Values: ['a.example'] }] }],
  ['elasticloadbalancing', 'ModifyRule', { RuleArn: referTo('RuleArn', 2), Conditions: [{ Field: 'path-pattern', Values: ['/b'] }] }],
  ['elasticloadbalancing', 'SetRulePriorities', { RulePriorities: [{ RuleArn: referTo('RuleArn'), Priority: 7 }] }],
  ['elasticloadbalancing', 'ModifyListener', { ListenerArn: referTo('ListenerArn'), Port: 81 }],
  ['elasticloadbalancing', 'ModifyTargetGroup', { TargetGroupArn: referTo('TargetGroupArn'), HealthCheckPath: '/h' }],
  [
    'elasticloadbalancing',
    'ModifyLoadBalancerAttributes',
    { LoadBalancerArn: referTo('LoadBalancerArn'), Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '5' }] },
  ],
  ['elasticloadbalancing', 'SetSubnets', { LoadBalancerArn: referTo('LoadBalancerArn'), Subnets: ['subnet-1', 'subnet-3'] }],
  ['elasticloadbalancing', 'AddTags', { ResourceArns: [referTo('LoadBalancerArn')], Tags }],
  ['elasticloadbalancing', 'DescribeTags', { ResourceArns: [referTo('TargetGroupArn')] }],
  ['elasticloadbalancing', 'DeregisterTargets', { TargetGroupArn: referTo('TargetGroupArn'), Targets: [{ Id: '10.0.0.1' }] }],
  ['elasticloadbalancing', 'DeleteRule', { RuleArn: referTo('RuleArn') }],
  ['elasticloadbalancing', 'DeleteListener', { ListenerArn: referTo('ListenerArn') }],
  ['elasticloadbalancing', 'DeleteTargetGroup', { TargetGroupArn: referTo('TargetGroupArn') }],
  ['elasticloadbalancing', 'DeleteLoadBalancer', { LoadBalancerArn: referTo('LoadBalancerArn') }],
  ['servicediscovery', 'CreateHttpNamespace', { Name: 'ns' }],
  ['servicediscovery', 'ListNamespaces', {}],
  ['servicediscovery', 'CreateService', { Name: 'svc', NamespaceId: referTo('NamespaceId') }],
  [
    'servicediscovery',
    'RegisterInstance',
    { ServiceId: referTo('ServiceId'), InstanceId: 'i', Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } },
  ],
  ['servicediscovery', 'DiscoverInstances', { NamespaceName: 'ns', ServiceName: 'svc' }],
  ['servicediscovery', 'ListInstances', { ServiceId: referTo('ServiceId') }],
  ['servicediscovery', 'DeregisterInstance', { ServiceId: referTo('ServiceId'), InstanceId: 'i' }],
  ['servicediscovery', 'DeleteService', { Id: referTo('ServiceId') }],
  ['servicediscovery', 'DeleteNamespace', { Id: referTo('NamespaceId') }],
  ['application-autoscaling', 'RegisterScalableTarget', { ...scalable, MinCapacity: 0, MaxCapacity: 4 }],
  [
    'application-autoscaling',
    'PutScalingPolicy',
    {
      ...scalable,
      PolicyName: 'p',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 50,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      },
    },
  ],
  [
    'application-autoscaling',
    'PutScheduledAction',
    { ...scalable, ScheduledActionName: 'a', Schedule: 'rate(1 day)', ScalableTargetAction: { MinCapacity: 1 } },
  ],
  ['application-autoscaling', 'DeleteScalingPolicy', { ...scalable, PolicyName: 'p' }],
  ['application-autoscaling', 'DeregisterScalableTarget', scalable],
  ['ecs', 'DeleteService', { service: 'web', force: true }],
]

/** Those that only make: what every sequence of calls begins with. */
export const prelude = plausible.filter(([, operation]) =>
  /^(Create|Register|Run|Put|ListContainerInstances|ListNamespaces|ListServiceDep|DescribeRules)/.test(operation),
)
