// Blue/green deployments between two target groups of an application load balancer, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  ContinueServiceDeploymentCommand,
  CreateServiceCommand,
  type DeploymentConfiguration,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  DeleteLoadBalancerCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { EcsSuite, app, refusal } from '../support/ecs-suite.ts'
import { instanceTargetGroup } from '../support/instance-target-group.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('shifting')
const short = Date.now().toString(36)
const waits = { maxWaitTime: 180, minDelay: 1, maxDelay: 2 }
const roleArn = 'arn:aws:iam::000000000000:role/ecs'
let elb: ElasticLoadBalancingV2Client
let cluster = ''
let listenerArn = ''
let taskDefinition = ''
let blue = ''
let green = ''
let production = ''
let tested = ''

async function rule(Priority: number, path: string): Promise<string> {
  const TargetGroups = [
    { TargetGroupArn: blue, Weight: 100 },
    { TargetGroupArn: green, Weight: 0 },
  ]
  const { Rules } = await elb.send(
    new CreateRuleCommand({
      ListenerArn: listenerArn,
      Priority,
      Conditions: [{ Field: 'path-pattern', Values: [path] }],
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
    }),
  )
  return Rules?.[0]?.RuleArn ?? ''
}

/** `BLUE/GREEN`, as DescribeRules tells it. */
async function weights(ruleArn: string): Promise<string> {
  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }))
  const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []
  const of = (arn: string): number => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight ?? 0
  return `${of(blue)}/${of(green)}`
}

beforeAll(async () => {
  await suite.open()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  elb = new ElasticLoadBalancingV2Client({ endpoint: suite.endpoint, region: 'us-east-1', credentials })
  blue = await instanceTargetGroup(suite, elb, `blue-${short}`)
  green = await instanceTargetGroup(suite, elb, `green-${short}`)
  const made = await elb.send(new CreateLoadBalancerCommand({ Name: `shift-${short}`, Subnets: ['subnet-1', 'subnet-2'] }))
  const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  suite.undo(() => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })))
  const DefaultActions = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } } as const]
  const { Listeners } = await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions }))
  listenerArn = Listeners?.[0]?.ListenerArn ?? ''
  production = await rule(1, '/*')
  tested = await rule(2, '/test/*')
  await suite.cluster('c')
  cluster = suite.named('c')
  const containerDefinitions = [{ ...app, command: ['httpd', '-f', '-p', '80'], portMappings: [{ containerPort: 80 }] }]
  taskDefinition = (await suite.taskDefinition('web', { containerDefinitions })).taskDefinitionArn
}, 300_000)
afterAll(() => suite.close(), 300_000)

const advanced = () => ({ alternateTargetGroupArn: green, productionListenerRule: production, testListenerRule: tested, roleArn })
const create = (serviceName: string, deploymentConfiguration: DeploymentConfiguration, advancedConfiguration: object | undefined) =>
  suite.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName,
      taskDefinition,
      desiredCount: 1,
      deploymentConfiguration,
      loadBalancers: [
        { targetGroupArn: blue, containerName: 'app', containerPort: 80, ...(advancedConfiguration && { advancedConfiguration }) },
      ],
    }),
  )

async function newest(service: string): Promise<ServiceDeployment> {
  const { serviceDeployments = [] } = await suite.ecs.send(new ListServiceDeploymentsCommand({ cluster, service }))
  const arn = serviceDeployments[0]?.serviceDeploymentArn ?? ''
  const described = await suite.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }))
  const found = described.serviceDeployments?.[0]
  if (found === undefined) throw new Error('no service deployment')
  return found
}

test('a blue/green service shifts its traffic, pauses where it is told to and is rolled back while it bakes', async () => {
  const service = suite.named('web')
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
    await waitUntilServicesInactive({ client: suite.ecs, ...waits }, { cluster, services: [service] })
  })
  await create(
    service,
    {
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 0,
      lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }],
    },
    advanced(),
  )
  const goOn = async (): Promise<ServiceDeployment> => {
    await until('it pauses', async () => (await newest(service)).lifecycleHookDetails?.[0]?.status === 'AWAITING_ACTION', {
      withinMs: 180_000,
    })
    const paused = await newest(service)
    const { serviceDeploymentArn, lifecycleHookDetails = [] } = paused
    const hookId = lifecycleHookDetails[0]?.hookId
    await suite.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action: 'CONTINUE' }))
    return paused
  }
  await goOn()
  await waitUntilServicesStable({ client: suite.ecs, ...waits }, { cluster, services: [service] })
  await until('the first is deployed', async () => (await newest(service)).status === 'SUCCESSFUL', { withinMs: 180_000 })
  expect(await weights(production)).toBe('100/0')

  await suite.ecs.send(
    new UpdateServiceCommand({ cluster, service, forceNewDeployment: true, deploymentConfiguration: { bakeTimeInMinutes: 10 } }),
  )
  const paused = await goOn()
  // The test traffic is the new revision's; production is not.
  expect(paused).toMatchObject({
    status: 'IN_PROGRESS',
    lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
    targetServiceRevision: { requestedTestTrafficWeight: 100, requestedProductionTrafficWeight: 0, runningTaskCount: 1 },
    sourceServiceRevisions: [{ requestedTestTrafficWeight: 0, requestedProductionTrafficWeight: 100, runningTaskCount: 1 }],
    lifecycleHookDetails: [{ targetType: 'PAUSE', timeoutAction: 'ROLLBACK' }],
  })
  await until('it bakes', async () => (await newest(service)).lifecycleStage === 'BAKE_TIME', { withinMs: 180_000 })
  expect([await weights(production), await weights(tested)]).toEqual(['0/100', '0/100'])
  const { serviceDeploymentArn, targetServiceRevision } = await newest(service)
  const revisions = await suite.ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [targetServiceRevision?.arn ?? ''] }))
  expect(revisions.serviceRevisions?.[0]?.resolvedConfiguration?.loadBalancers).toMatchObject([{ targetGroupArn: green }])
  const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
  expect(services?.[0]?.deployments?.map(({ status, runningCount }) => [status, runningCount])).toEqual([
    ['PRIMARY', 1],
    ['ACTIVE', 1],
  ])

  await suite.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' }))
  await until('it is rolled back', async () => (await newest(service)).status === 'ROLLBACK_SUCCESSFUL', { withinMs: 180_000 })
  expect([await weights(production), await weights(tested)]).toEqual(['100/0', '100/0'])
}, 300_000)

test.each<[string, DeploymentConfiguration, () => object | undefined, () => string]>([
  [
    'no advanced configuration',
    { strategy: 'BLUE_GREEN' },
    () => undefined,
    () => 'advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy',
  ],
  [
    'a listener for a rule',
    { strategy: 'CANARY' },
    () => ({ ...advanced(), productionListenerRule: listenerArn }),
    () => `productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${listenerArn}`,
  ],
  [
    'the same rule twice',
    { strategy: 'LINEAR' },
    () => ({ ...advanced(), testListenerRule: production }),
    () => `The following rules cannot be used as both production and test listener rules: ${production}`,
  ],
  [
    'the same target group twice',
    { strategy: 'BLUE_GREEN' },
    () => ({ ...advanced(), alternateTargetGroupArn: blue }),
    () => `Duplicate targetGroupArn found: ${blue}`,
  ],
])('%s is refused', async (_what, configuration, advancedConfiguration, message) => {
  expect(await refusal(create(suite.named('refused'), configuration, advancedConfiguration()))).toBe(
    `InvalidParameterException: ${message()}`,
  )
})
