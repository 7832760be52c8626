// What ECS is known to say of more inputs than one for each error. What it says of task definitions is in
// server/services/ecs/task-definition/check.test.ts, of services in test/conformance/ecs-services-refusals.test.ts.
import { app, vpc } from './ecs-fixture.ts'
import type { Text } from './world.ts'

const invalid = 'InvalidParameterException'
const client = 'ClientException'

export const ecsTexts = (of: (name: string) => string): readonly Text[] => [
  ...clusterTexts(),
  ...providerTexts(),
  ...serviceTexts(of),
  ...taskTexts(of),
]

const clusterTexts = (): readonly Text[] => {
  const logging = (executeCommandConfiguration: object): object => ({ clusterName: 'new', configuration: { executeCommandConfiguration } })
  const strategy = (...items: readonly object[]): object => ({
    cluster: 'busy',
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultCapacityProviderStrategy: items,
  })
  return [
    [
      'CreateCluster',
      invalid,
      "You must set logging to 'OVERRIDE' when you supply a log configuration.",
      logging({ logging: 'DEFAULT', logConfiguration: { cloudWatchLogGroupName: 'g' } }),
    ],
    [
      'CreateCluster',
      invalid,
      'A CloudWatch log group name or S3 bucket name must be specified when overriding the default log configuration.',
      logging({ logging: 'OVERRIDE' }),
    ],
    [
      'PutClusterCapacityProviders',
      invalid,
      'The specified capacity provider strategy contains multiple capacity providers with a base value defined. Only one capacity provider per strategy can have a base value defined.',
      strategy({ capacityProvider: 'FARGATE', base: 1 }, { capacityProvider: 'FARGATE_SPOT', base: 1 }),
    ],
    [
      'PutClusterCapacityProviders',
      invalid,
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.',
      strategy({ capacityProvider: 'cp' }),
    ],
    ['DescribeTasks', 'ClusterNotFoundException', 'Cluster not found.', { cluster: 'nowhere', tasks: ['none'] }],
    [
      'UpdateCluster',
      'ClusterNotFoundException',
      'The referenced cluster was inactive.',
      { cluster: 'inactive', settings: [{ name: 'containerInsights', value: 'enabled' }] },
    ],
    ['PutAccountSetting', invalid, 'You can no longer disable Long Arn settings', { name: 'taskLongArnFormat', value: 'disabled' }],
  ]
}

const providerTexts = (): readonly Text[] => {
  const group = (name: string, managedScaling: object = {}): object => ({
    name,
    autoScalingGroupProvider: {
      autoScalingGroupArn: 'arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/b',
      managedScaling,
    },
  })
  return [
    [
      'CreateCapacityProvider',
      client,
      'The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with "aws", "ecs", or "fargate". Specify a valid name and try again.',
      group('ecs-new'),
    ],
    [
      'CreateCapacityProvider',
      client,
      'The minimum or maximum scaling step size value is invalid. Specify a minimum scaling step size value that is less than or equal to the maximum scaling step size value and try again.',
      group('new', { minimumScalingStepSize: 10, maximumScalingStepSize: 5 }),
    ],
  ]
}

const serviceTexts = (of: (name: string) => string): readonly Text[] => {
  const create = (more: object): object => ({ serviceName: 'new', taskDefinition: 'web', desiredCount: 0, ...more })
  const onProviders = (...capacityProviderStrategy: readonly object[]): object => ({
    ...create({ taskDefinition: 'fargate', networkConfiguration: vpc }),
    cluster: 'busy',
    capacityProviderStrategy,
  })
  const volume = (managedEBSVolume: object): object => ({
    ...create({ taskDefinition: 'disk' }),
    volumeConfigurations: [{ name: 'data', managedEBSVolume: { roleArn: 'arn:aws:iam::000000000000:role/ebs', ...managedEBSVolume } }],
  })
  const badVolume = 'ECS managed EBS volume configuration was invalid'
  const made = (text: string, input: object): Text => ['CreateService', invalid, text, input]
  return [
    made('Creation of service was not idempotent.', { ...create({ serviceName: 'web' }), taskDefinition: 'exec' }),
    made(
      'There are multiple capacity providers in the specified capacity provider strategy with a base value greater than zero. Only one capacity provider can have a base value greater than zero. Specify a valid capacity provider strategy and try again.',
      onProviders({ capacityProvider: 'FARGATE', base: 1 }, { capacityProvider: 'FARGATE', base: 1 }),
    ),
    made(
      'There are no capacity providers in the capacity provider strategy with a weight value greater than zero. Specify a weight value greater than zero for at least one capacity provider and try again.',
      onProviders({ capacityProvider: 'FARGATE', weight: 0 }, { capacityProvider: 'FARGATE', weight: 0 }),
    ),
    made(badVolume, volume({})),
    made(badVolume, volume({ sizeInGiB: 8, volumeType: 'gp2', iops: 3000 })),
    made(badVolume, volume({ sizeInGiB: 8, volumeType: 'io2', throughput: 125 })),
    made("The volume name 'none' in your request does not have a matching volume in your Task Definition", {
      ...create({ taskDefinition: 'disk' }),
      volumeConfigurations: [{ name: 'none', managedEBSVolume: { roleArn: 'arn:aws:iam::000000000000:role/ebs', sizeInGiB: 8 } }],
    }),
    made('The target group with targetGroupArn {} does not have an associated load balancer.', {
      ...create({}),
      loadBalancers: [{ targetGroupArn: of('instance group'), containerName: 'app', containerPort: 80 }],
    }),
    made(
      "The values specified for serviceRegistries do not require a value for 'containerPort'. Remove the value and retry. Registry: {}",
      {
        ...create({}),
        serviceRegistries: [{ registryArn: of('registry of addresses'), containerName: 'app', containerPort: 80 }],
      },
    ),
    made('portName(none) does not refer to any named PortMapping in the container definitions', {
      ...create({}),
      serviceConnectConfiguration: { enabled: true, namespace: 'ns', services: [{ portName: 'none' }] },
    }),
    made('2 clientAliases exceeds the max limit of 1', {
      ...create({}),
      serviceConnectConfiguration: {
        enabled: true,
        namespace: 'ns',
        services: [{ portName: 'http', clientAliases: [{ port: 1 }, { port: 2 }] }],
      },
    }),
    made(
      "The DNS name that you provided is invalid. The name must be a valid DNS name but doesn't need to be fully-qualified. Up to 127 characters are allowed. The characters can include lowercase letters, numbers, underscores (_), hyphens (-), and periods (.). A hyphen can't be the first character.",
      {
        ...create({}),
        serviceConnectConfiguration: {
          enabled: true,
          namespace: 'ns',
          services: [{ portName: 'http', clientAliases: [{ port: 1, dnsName: 'A B' }] }],
        },
      },
    ),
    [
      'CreateTaskSet',
      invalid,
      'The platform version must be null when specifying an EC2 launch type.',
      { cluster: 'default', service: 'external', taskDefinition: 'web', platformVersion: '1.4.0' },
    ],
    [
      'CreateTaskSet',
      invalid,
      'The container none does not exist in the task definition.',
      {
        cluster: 'default',
        service: 'external',
        taskDefinition: 'web',
        loadBalancers: [{ targetGroupArn: of('used group'), containerName: 'none', containerPort: 80 }],
      },
    ],
  ]
}

const taskTexts = (of: (name: string) => string): readonly Text[] => [
  ['StopTask', invalid, 'The referenced task was not found.', { task: '0'.repeat(32) }],
  ['DescribeTasks', invalid, 'Tasks cannot be empty.', { tasks: [] }],
  [
    'RunTask',
    invalid,
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    { taskDefinition: 'fargate', launchType: 'FARGATE' },
  ],
  [
    'RunTask',
    invalid,
    'Placement constraints are not supported with FARGATE launch type.',
    {
      taskDefinition: 'fargate',
      launchType: 'FARGATE',
      networkConfiguration: vpc,
      placementConstraints: [{ type: 'distinctInstance' }],
    },
  ],
  ['RunTask', invalid, 'TaskDefinition is inactive', { taskDefinition: 'retired:1' }],
  ['DescribeTaskDefinition', client, 'Unable to describe task definition.', { taskDefinition: 'web:99' }],
  ['RegisterTaskDefinition', client, 'Family contains invalid characters.', { family: 'a b', containerDefinitions: [app] }],
  [
    'ExecuteCommand',
    invalid,
    'The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.',
    { cluster: 'busy', task: of('busy task'), command: 'sh', interactive: true },
  ],
]
