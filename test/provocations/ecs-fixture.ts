import type { Made, Step } from './world.ts'

export const app = { name: 'app', image: 'busybox', memory: 16, essential: true, portMappings: [{ containerPort: 80, name: 'http' }] }
export const vpc = { awsvpcConfiguration: { subnets: ['subnet-1'] } }
const fargate = { networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' }
export const role = 'arn:aws:iam::000000000000:role/r'
export const managedInstancesProvider = {
  infrastructureRoleArn: role,
  instanceLaunchTemplate: {
    ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/p',
    networkConfiguration: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-01234567'] },
  },
}
const group = { autoScalingGroupArn: 'arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/a' }
export const strategy = { capacityProviders: ['FARGATE'], defaultCapacityProviderStrategy: [] }

export const ecsFixture = (of: (name: string) => string): readonly Made[] => [
  () => ['cluster', 'clusterArn', ['ecs', 'CreateCluster', { clusterName: 'default' }]],
  () => ['inactive cluster', 'clusterArn', ['ecs', 'CreateCluster', { clusterName: 'inactive' }]],
  () => ['', 'clusterArn', ['ecs', 'DeleteCluster', { cluster: 'inactive' }]],
  () => ['web', 'taskDefinitionArn', ['ecs', 'RegisterTaskDefinition', { family: 'web', taskRoleArn: role, containerDefinitions: [app] }]],
  // Simulated tasks listen on their host ports in truth: what runs has none.
  () => [
    'exec',
    'taskDefinitionArn',
    [
      'ecs',
      'RegisterTaskDefinition',
      { family: 'exec', taskRoleArn: role, containerDefinitions: [{ name: 'app', image: 'busybox', memory: 16 }] },
    ],
  ],
  () => ['fargate', 'taskDefinitionArn', ['ecs', 'RegisterTaskDefinition', { family: 'fargate', ...fargate, containerDefinitions: [app] }]],
  () => [
    'windows',
    'taskDefinitionArn',
    [
      'ecs',
      'RegisterTaskDefinition',
      {
        family: 'windows',
        ...fargate,
        cpu: '1024',
        memory: '2048',
        runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' },
        containerDefinitions: [app],
      },
    ],
  ],
  () => [
    'disk',
    'taskDefinitionArn',
    [
      'ecs',
      'RegisterTaskDefinition',
      {
        family: 'disk',
        containerDefinitions: [{ ...app, mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] }],
        volumes: [{ name: 'data', configuredAtLaunch: true }],
      },
    ],
  ],
  () => ['retired', 'taskDefinitionArn', ['ecs', 'RegisterTaskDefinition', { family: 'retired', containerDefinitions: [app] }]],
  () => ['', 'taskDefinitionArn', ['ecs', 'DeregisterTaskDefinition', { taskDefinition: 'retired:1' }]],
  () => ['service', 'serviceArn', ['ecs', 'CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 0 }]],
  () => ['gone service', 'serviceArn', ['ecs', 'CreateService', { serviceName: 'gone', taskDefinition: 'web', desiredCount: 0 }]],
  () => ['', 'serviceArn', ['ecs', 'DeleteService', { service: 'gone' }]],
  () => ['external', 'serviceArn', ['ecs', 'CreateService', { serviceName: 'external', deploymentController: { type: 'EXTERNAL' } }]],
  () => ['gone external', 'serviceArn', ['ecs', 'CreateService', { serviceName: 'ended', deploymentController: { type: 'EXTERNAL' } }]],
  () => ['', 'serviceArn', ['ecs', 'DeleteService', { service: 'ended' }]],
  () => ['task set', 'taskSetArn', ['ecs', 'CreateTaskSet', { cluster: 'default', service: 'external', taskDefinition: 'web' }]],
  () => ['deployment', 'serviceDeploymentArn', ['ecs', 'ListServiceDeployments', { service: 'web' }]],
  () => [
    'gone express',
    'serviceArn',
    [
      'ecs',
      'CreateExpressGatewayService',
      {
        serviceName: 'express',
        executionRoleArn: role,
        infrastructureRoleArn: role,
        primaryContainer: { image: 'busybox' },
        networkConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: [] },
      },
    ],
  ],
  () => ['', 'serviceArn', ['ecs', 'DeleteExpressGatewayService', { serviceArn: of('gone express') }]],
  () => ['task', 'taskArn', ['ecs', 'RunTask', { taskDefinition: 'exec', clientToken: 'token', enableExecuteCommand: true }]],
  () => [
    'fargate service',
    'serviceArn',
    [
      'ecs',
      'CreateService',
      { serviceName: 'fargate', taskDefinition: 'fargate', launchType: 'FARGATE', desiredCount: 0, networkConfiguration: vpc },
    ],
  ],
  () => ['node', 'containerInstanceArns', ['ecs', 'ListContainerInstances', {}]],
  () => ['registered', 'containerInstanceArn', ['ecs', 'RegisterContainerInstance', {}]],
  () => [
    '',
    'attributes',
    [
      'ecs',
      'PutAttributes',
      { attributes: Array.from({ length: 10 }, (_, index) => ({ name: `a-${index}`, value: 'b', targetId: of('registered') })) },
    ],
  ],
  () => ['empty cluster', 'clusterArn', ['ecs', 'CreateCluster', { clusterName: 'empty' }]],
  () => ['', 'capacityProviderArn', ['ecs', 'CreateCapacityProvider', { name: 'idle', cluster: 'empty', managedInstancesProvider }]],
  () => ['full cluster', 'clusterArn', ['ecs', 'CreateCluster', { clusterName: 'full' }]],
  () => ['', 'containerInstanceArn', ['ecs', 'RegisterContainerInstance', { cluster: 'full' }]],
  () => ['provided cluster', 'clusterArn', ['ecs', 'CreateCluster', { clusterName: 'provided' }]],
  () => [
    'managed',
    'capacityProviderArn',
    ['ecs', 'CreateCapacityProvider', { name: 'managed', cluster: 'provided', managedInstancesProvider }],
  ],
  () => ['busy cluster', 'clusterArn', ['ecs', 'CreateCluster', { clusterName: 'busy', ...strategy }]],
  () => [
    'busy task',
    'taskArn',
    [
      'ecs',
      'RunTask',
      {
        cluster: 'busy',
        taskDefinition: 'fargate',
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }],
        networkConfiguration: vpc,
      },
    ],
  ],
  () => ['capacity provider', 'capacityProviderArn', ['ecs', 'CreateCapacityProvider', { name: 'cp', autoScalingGroupProvider: group }]],
  () => [
    'daemon definition',
    'daemonTaskDefinitionArn',
    ['ecs', 'RegisterDaemonTaskDefinition', { family: 'daemon', containerDefinitions: [{ name: 'app', image: 'busybox', memory: 16 }] }],
  ],
  ...['daemon', 'gone daemon'].map(
    name => () =>
      [
        name,
        'daemonArn',
        [
          'ecs',
          'CreateDaemon',
          {
            daemonName: name.replace(' ', '-'),
            clusterArn: of('provided cluster'),
            daemonTaskDefinitionArn: of('daemon definition'),
            capacityProviderArns: [of('managed')],
          },
        ],
      ] as const,
  ),
  () => [
    'gateway',
    'gatewayArn',
    ['ecs', 'CreateGateway', { name: 'gw', infrastructureRoleArn: role, configuration: { hostSharedAlb: {} } }],
  ],
]

/** What is over soon, and has to be asked for at once. */
export const ecsEnding = (of: (name: string) => string): readonly Step[] => [
  ['ecs', 'DeleteDaemon', { daemonArn: of('gone daemon') }],
  ['ecs', 'CreateCluster', { clusterName: 'attaching', capacityProviders: ['FARGATE'] }],
]
