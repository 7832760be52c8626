// A service with the deployment controller CODE_DEPLOY behind a load balancer, deployed blue/green as AWS CodeDeploy does
// it with the API of ECS and load balancing: a task set beside the first, traffic shifted, the other one primary, the
// first deleted.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  CreateTaskSetCommand,
  DeleteServiceCommand,
  DeleteTaskSetCommand,
  DescribeServicesCommand,
  type TaskSet,
  UpdateServiceCommand,
  UpdateServicePrimaryTaskSetCommand,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { EcsSuite, app, refusal } from '../support/ecs-suite.ts'
import { instanceTargetGroup } from '../support/instance-target-group.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('code-deploy')
const short = Date.now().toString(36)
let elb: ElasticLoadBalancingV2Client
let cluster = ''
let service = ''
let listener = ''
let blue = ''
let green = ''

/** The states of a group's targets. */
async function targets(TargetGroupArn: string): Promise<readonly (string | undefined)[]> {
  const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State)
}

async function taskSets(): Promise<readonly TaskSet[]> {
  const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
  return services?.[0]?.taskSets ?? []
}

const behind = (targetGroupArn: string) => [{ targetGroupArn, containerName: 'app', containerPort: 80 }]

/** A listener's default action that gives the first so many percent. */
const shares = (percent: number): Action[] => {
  const TargetGroups = [
    { TargetGroupArn: blue, Weight: percent },
    { TargetGroupArn: green, Weight: 100 - percent },
  ]
  return [{ Type: 'forward', ForwardConfig: { TargetGroups } }]
}

beforeAll(async () => {
  await suite.open()
  elb = new ElasticLoadBalancingV2Client({
    endpoint: suite.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  blue = await instanceTargetGroup(suite, elb, `cd-blue-${short}`)
  green = await instanceTargetGroup(suite, elb, `cd-green-${short}`)
  const made = await elb.send(new CreateLoadBalancerCommand({ Name: `cd-${short}`, Subnets: ['subnet-1', 'subnet-2'] }))
  const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  suite.undo(() => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })))
  const DefaultActions = shares(100)
  const listening = await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions }))
  listener = listening.Listeners?.[0]?.ListenerArn ?? ''
  await suite.cluster('c')
  cluster = suite.named('c')
  service = suite.named('web')
}, 300_000)
afterAll(() => suite.close(), 300_000)

test('a blue/green deployment as CodeDeploy makes it', async () => {
  const containerDefinitions = [{ ...app, command: ['httpd', '-f', '-p', '80'], portMappings: [{ containerPort: 80 }] }]
  const { taskDefinitionArn: first } = await suite.taskDefinition('web', { containerDefinitions })
  const { taskDefinitionArn: second } = await suite.taskDefinition('web', { containerDefinitions })
  await suite.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: service,
      taskDefinition: first,
      desiredCount: 1,
      deploymentController: { type: 'CODE_DEPLOY' },
      loadBalancers: behind(blue),
    }),
  )
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
    await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, services: [service] })
  })
  await until('the first serves', async () => (await targets(blue)).join() === 'healthy', { withinMs: 180_000 })
  const [original] = await taskSets()
  expect(original).toMatchObject({ status: 'PRIMARY', taskDefinition: first, computedDesiredCount: 1, loadBalancers: behind(blue) })
  // Its task definition is changed by a deployment alone.
  expect(await refusal(suite.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: second })))).toStartWith(
    'InvalidParameterException: Unable to update task definition on services with a CODE_DEPLOY deployment controller.',
  )

  const { taskSet: replacement } = await suite.ecs.send(
    new CreateTaskSetCommand({
      cluster,
      service,
      taskDefinition: second,
      loadBalancers: behind(green),
      scale: { value: 100, unit: 'PERCENT' },
      externalId: 'd-0123456',
    }),
  )
  await until('the replacement serves', async () => (await targets(green)).join() === 'healthy', { withinMs: 180_000 })
  await until('it is steady', async () => (await taskSets()).every(({ stabilityStatus }) => stabilityStatus === 'STEADY_STATE'))
  expect(await targets(blue)).toHaveLength(1)
  await elb.send(new ModifyListenerCommand({ ListenerArn: listener, DefaultActions: shares(0) }))
  await suite.ecs.send(new UpdateServicePrimaryTaskSetCommand({ cluster, service, primaryTaskSet: replacement?.id }))
  await suite.ecs.send(new DeleteTaskSetCommand({ cluster, service, taskSet: original?.id, force: true }))
  await until('the first is gone', async () => (await taskSets()).length === 1 && (await targets(blue)).length === 0, { withinMs: 180_000 })
  expect((await taskSets())[0]).toMatchObject({ id: replacement?.id, status: 'PRIMARY', externalId: 'd-0123456', runningCount: 1 })
  expect(await targets(green)).toEqual(['healthy'])
  const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
  expect(services?.[0]).toMatchObject({ taskDefinition: second, loadBalancers: behind(green), runningCount: 1, deployments: [] })
}, 300_000)
