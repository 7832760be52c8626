// What services are refused for, in AWS' words, driven by the AWS SDK.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  ListServicesByNamespaceCommand,
  ListServicesCommand,
  ListTasksCommand,
  StopServiceDeploymentCommand,
  ContinueServiceDeploymentCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs'
import { EcsSuite, app, refusal } from '../support/ecs-suite.ts'

const suite = new EcsSuite('ecs-refusals')
const vpc = { awsvpcConfiguration: { subnets: ['subnet-0123456789abcdef0'] } }
const missingGroup = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/none/0123456789abcdef'
const missingDeployment = 'arn:aws:ecs:us-east-1:000000000000:service-deployment/c/s/abcdefghijklmnopqrstu'
let cluster = ''
let bridge = ''
let fargate = ''
let inactive = ''

beforeAll(async () => {
  await suite.open()
  await suite.cluster('c')
  cluster = suite.named('c')
  const portMappings = [{ containerPort: 80, name: 'http' }]
  bridge = (await suite.taskDefinition('bridge', { containerDefinitions: [{ ...app, portMappings }] })).taskDefinitionArn
  inactive = (await suite.taskDefinition('none')).taskDefinitionArn.replace(/:\d+$/, ':99')
  fargate = (
    await suite.taskDefinition('fargate', {
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'busybox:latest', portMappings }],
    })
  ).taskDefinitionArn
}, 300_000)
afterAll(() => suite.close(), 300_000)

const create = (more: Partial<CreateServiceCommandInput>) =>
  suite.ecs.send(new CreateServiceCommand({ cluster, serviceName: suite.named('s'), taskDefinition: bridge, desiredCount: 0, ...more }))
const daemon = { schedulingStrategy: 'DAEMON', desiredCount: undefined } as const
const external = { deploymentController: { type: 'EXTERNAL' } } as const
const onFargate = () => ({ taskDefinition: fargate, launchType: 'FARGATE', networkConfiguration: vpc }) as const
const balanced = (more: object) => ({ loadBalancers: [{ targetGroupArn: missingGroup, containerName: 'app', containerPort: 80, ...more }] })
const connect = (more: object) => ({ serviceConnectConfiguration: { enabled: true, ...more } })

const refusals: readonly (readonly [what: string, input: () => Partial<CreateServiceCommandInput>, message: string])[] = [
  ['a name with a space', () => ({ serviceName: 'a b' }), 'ServiceName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was a b'],
  ['a long token', () => ({ clientToken: 't'.repeat(37) }), 'clientToken longer than 36.'],
  ['no count', () => ({ desiredCount: undefined }), 'DesiredCount can not be null.'],
  ['a negative count', () => ({ desiredCount: -1 }), 'desiredCount must be at least 0'],
  ['no task definition', () => ({ taskDefinition: undefined }), 'TaskDefinition can not be blank.'],
  ['a minimum over 100', () => ({ deploymentConfiguration: { minimumHealthyPercent: 101 } }), 'minimumHealthyPercent must be at most 100'],
  ['a maximum below 100', () => ({ deploymentConfiguration: { maximumPercent: 99 } }), 'maximumPercent must be at least 100'],
  [
    'percents that block',
    () => ({ deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 100 } }),
    'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
  ],
  [
    'a DAEMON with a count',
    () => ({ schedulingStrategy: 'DAEMON' }),
    'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again',
  ],
  [
    'a DAEMON over 100 percent',
    () => ({ ...daemon, deploymentConfiguration: { maximumPercent: 200 } }),
    'The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again',
  ],
  [
    'a DAEMON with a placement strategy',
    () => ({ ...daemon, placementStrategy: [{ type: 'random' }] }),
    'The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again',
  ],
  [
    'a DAEMON in balance over zones',
    () => ({ ...daemon, availabilityZoneRebalancing: 'ENABLED' }),
    "The service couldn't be created because Availability Zone Rebalancing does not support DAEMON as scheduling strategy. Update scheduling strategy and try again.",
  ],
  [
    'binpack by instance',
    () => ({ placementStrategy: [{ type: 'binpack', field: 'instanceId' }] }),
    "binpack field 'instanceId' is invalid.",
  ],
  ['random with a field', () => ({ placementStrategy: [{ type: 'random', field: 'cpu' }] }), 'random field should not be specified.'],
  [
    'six strategies',
    () => ({ placementStrategy: Array.from({ length: 6 }, () => ({ type: 'random' })) }),
    'Maximum number of strategies is 5.',
  ],
  [
    'distinctInstance with an expression',
    () => ({ placementConstraints: [{ type: 'distinctInstance', expression: 'a == b' }] }),
    'distinctInstance expression should not be specified.',
  ],
  [
    'placement constraints on Fargate',
    () => ({ ...onFargate(), placementConstraints: [{ type: 'distinctInstance' }] }),
    'Placement constraints are not supported with FARGATE launch type.',
  ],
  [
    'placement strategies on Fargate',
    () => ({ ...onFargate(), placementStrategy: [{ type: 'random' }] }),
    'Placement strategies are not supported with FARGATE launch type.',
  ],
  [
    'a launch type and a strategy',
    () => ({ launchType: 'EC2', capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] }),
    'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
  ],
  [
    'a capacity provider of no cluster',
    () => ({ capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] }),
    'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
  ],
  ['a platform on EC2', () => ({ platformVersion: '1.4.0' }), 'The platform version must be null when specifying an EC2 launch type.'],
  [
    'a network for bridge',
    () => ({ networkConfiguration: vpc }),
    'Network Configuration is not valid for the given networkMode of this task definition.',
  ],
  [
    'no network for awsvpc',
    () => ({ taskDefinition: fargate, launchType: 'FARGATE' }),
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  ],
  ['no subnets', () => ({ ...onFargate(), networkConfiguration: { awsvpcConfiguration: { subnets: [] } } }), 'subnets can not be empty.'],
  [
    'execute command without a task role',
    () => ({ enableExecuteCommand: true }),
    "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
  ],
  ['EXTERNAL with a task definition', () => ({ ...external }), 'TaskDefinition must be blank.'],
  [
    'EXTERNAL with load balancers',
    () => ({ ...external, taskDefinition: undefined, ...balanced({}) }),
    'LoadBalancers must be empty or null.',
  ],
  [
    'CODE_DEPLOY without load balancers',
    () => ({ deploymentController: { type: 'CODE_DEPLOY' } }),
    'When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.',
  ],
  ['a role without load balancers', () => ({ role: 'ecs' }), 'IAM roles are only valid for services configured to use load balancers.'],
  [
    'a role with awsvpc',
    () => ({ ...onFargate(), role: 'ecs', ...balanced({}) }),
    'You cannot specify an IAM role for services that require a service linked role.',
  ],
  ['a container that is not there', () => balanced({ containerName: 'nope' }), 'The container nope does not exist in the task definition.'],
  ['a port that is not there', () => balanced({ containerPort: 8080 }), 'The container app did not have a container port 8080 defined.'],
  [
    'a target group and a name',
    () => balanced({ loadBalancerName: 'classic' }),
    'loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries',
  ],
  [
    'a classic load balancer on Fargate',
    () => ({ ...onFargate(), ...balanced({ targetGroupArn: undefined, loadBalancerName: 'classic' }) }),
    'Classic Load Balancers are not supported with Fargate.',
  ],
  [
    'a target group that is not there',
    () => balanced({}),
    'Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.',
  ],
  [
    'two registries',
    () => ({ serviceRegistries: [{ registryArn: 'arn:a' }, { registryArn: 'arn:b' }] }),
    'service registries can have at most 1 items.',
  ],
  ['Service Connect without a namespace', () => connect({}), 'Namespace is missing'],
  [
    'volumes that the task definition lacks',
    () => ({ volumeConfigurations: [{ name: 'data', managedEBSVolume: { roleArn: 'arn:aws:iam::000000000000:role/ebs', sizeInGiB: 1 } }] }),
    'Volume configuration provided but no matching configuredAtLaunch volume found in task definition.',
  ],
]

describe('CreateService refuses', () => {
  test.each(refusals)('%s', async (_what, input, message) => {
    expect(await refusal(create(input()))).toBe(`InvalidParameterException: ${message}`)
  })

  test('what is not there', async () => {
    expect(await refusal(create({ cluster: suite.named('none') }))).toBe('ClusterNotFoundException: Cluster not found.')
    expect(await refusal(create({ taskDefinition: inactive }))).toBe('ClientException: TaskDefinition not found.')
    expect(await refusal(create({ ...onFargate(), platformVersion: '9.9.9' }))).toBe(
      'PlatformUnknownException: The specified platform does not exist.',
    )
    expect(await refusal(create(connect({ namespace: 'none' })))).toBe("NamespaceNotFoundException: The specified namespace wasn't found.")
  })
})

describe('a service that is there', () => {
  const service = suite.named('there')
  const update = (more: Partial<UpdateServiceCommandInput>) => suite.ecs.send(new UpdateServiceCommand({ cluster, service, ...more }))
  beforeAll(async () => {
    await create({ serviceName: service })
    suite.undo(() => suite.ecs.send(new DeleteServiceCommand({ cluster, service, force: true })))
  }, 300_000)

  test.each([
    [{ desiredCount: -1 }, 'InvalidParameterException: desiredCount must be at least 0'],
    [
      { deploymentConfiguration: { maximumPercent: 100 } },
      'InvalidParameterException: Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    ],
    [{ taskDefinition: 'nope' }, 'ClientException: TaskDefinition not found.'],
    [{ platformVersion: 'LATEST' }, 'InvalidParameterException: The platform version must be null when specifying an EC2 launch type.'],
    [
      { networkConfiguration: vpc },
      'InvalidParameterException: Network Configuration is not valid for the given networkMode of this task definition.',
    ],
    [
      { enableExecuteCommand: true },
      "InvalidParameterException: The service couldn't be updated because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
    ],
    [
      { capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] },
      'InvalidParameterException: When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
    ],
    [
      { deploymentController: { type: 'EXTERNAL' } as const },
      'UnsupportedFeatureException: kecs does not change the deployment controller of a service.',
    ],
  ] satisfies [Partial<UpdateServiceCommandInput>, string][])('is not updated with %j', async (input, message) => {
    expect(await refusal(update(input))).toBe(message)
  })

  test('is not found under another name, in another cluster or by an ARN of elsewhere', async () => {
    const none = suite.named('none')
    const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
    const arn = services?.[0]?.serviceArn ?? ''
    expect(await refusal(update({ service: none }))).toBe('ServiceNotFoundException: Service not found.')
    expect(await refusal(suite.ecs.send(new DeleteServiceCommand({ cluster, service: none })))).toBe(
      'ServiceNotFoundException: Service not found.',
    )
    expect(await refusal(suite.ecs.send(new ListTasksCommand({ cluster, serviceName: none })))).toBe(
      'ServiceNotFoundException: Service not found.',
    )
    expect(await refusal(suite.ecs.send(new ListServiceDeploymentsCommand({ cluster, service: none })))).toBe(
      'ServiceNotFoundException: Service not found.',
    )
    expect(await refusal(update({ service: arn.replace('us-east-1', 'eu-west-1') }))).toBe(
      'InvalidParameterException: Invalid identifier: Identifier is for eu-west-1. Your region is us-east-1',
    )
    expect(await refusal(update({ service: arn.replace(cluster, 'another') }))).toBe(
      `InvalidParameterException: Invalid identifier: Identifier is for cluster another. Your cluster is ${cluster}`,
    )
    expect(await refusal(suite.ecs.send(new ListServicesCommand({ cluster: none })))).toBe('ClusterNotFoundException: Cluster not found.')
    expect(await refusal(suite.ecs.send(new ListServicesByNamespaceCommand({ namespace: none })))).toBe(
      "NamespaceNotFoundException: The specified namespace wasn't found.",
    )
  })

  test('is described with at most nine others', async () => {
    expect(await refusal(suite.ecs.send(new DescribeServicesCommand({ cluster, services: [] })))).toBe(
      'InvalidParameterException: Services cannot be empty.',
    )
    const services = Array.from({ length: 11 }, (_, index) => `s${index}`)
    expect(await refusal(suite.ecs.send(new DescribeServicesCommand({ cluster, services })))).toBe(
      'InvalidParameterException: Services can have at most 10 items.',
    )
    expect(await refusal(suite.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [] })))).toContain('cannot be empty')
    expect(await refusal(suite.ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [missingDeployment] })))).toBe(
      'InvalidParameterException: Unsupported resource type: service-deployment',
    )
  })

  test('has deployments that are stopped and continued only while they go on', async () => {
    const stop = (serviceDeploymentArn: string) => suite.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }))
    expect(await refusal(stop(missingDeployment))).toBe('ServiceDeploymentNotFoundException: Service deployment not found.')
    expect(
      await refusal(suite.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn: missingDeployment, hookId: 'h' }))),
    ).toBe('ServiceDeploymentNotFoundException: Service deployment not found.')
    const { serviceDeployments } = await suite.ecs.send(
      new ListServiceDeploymentsCommand({ cluster, service, status: ['SUCCESSFUL', 'STOPPED'] }),
    )
    const over = serviceDeployments?.[0]?.serviceDeploymentArn ?? ''
    expect(await refusal(stop(over))).toBe('ConflictException: The service deployment cannot be stopped, for its status is SUCCESSFUL.')
    expect(await refusal(suite.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn: over, hookId: 'h' })))).toBe(
      'InvalidParameterException: The service deployment has no lifecycle hook h.',
    )
  })
})
