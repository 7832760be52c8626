// Which load balancers a service can have, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type TargetTypeEnum,
  waitUntilTargetInService,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { EcsSuite, app, refusal } from '../support/ecs-suite.ts'

const suite = new EcsSuite('balanced')
const short = Date.now().toString(36)
const groups = new Map<string, string>()
let elb: ElasticLoadBalancingV2Client
let cluster = ''
let taskDefinition = ''

async function targetGroup(name: string, TargetType: TargetTypeEnum): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({ Name: `${name}-${short}`, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType }),
  )
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
  groups.set(name, TargetGroupArn)
  suite.undo(() => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })))
  return TargetGroupArn
}

beforeAll(async () => {
  await suite.open()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  elb = new ElasticLoadBalancingV2Client({ endpoint: suite.endpoint, region: 'us-east-1', credentials })
  const used = await targetGroup('used', 'instance')
  // A service is not gone before its targets are.
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }]
  await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: used, Attributes }))
  await targetGroup('unused', 'instance')
  await targetGroup('ip', 'ip')
  const made = await elb.send(new CreateLoadBalancerCommand({ Name: `web-${short}`, Subnets: ['subnet-1', 'subnet-2'] }))
  const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  suite.undo(() => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })))
  const DefaultActions = [{ Type: 'forward', TargetGroupArn: used } as const]
  await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions }))
  await suite.cluster('c')
  cluster = suite.named('c')
  const command = ['sh', '-c', 'mkdir /www; echo well > /www/index.html; httpd -f -p 80 -h /www']
  const containerDefinitions = [{ ...app, command, portMappings: [{ containerPort: 80 }] }]
  taskDefinition = (await suite.taskDefinition('web', { containerDefinitions })).taskDefinitionArn
}, 300_000)
afterAll(() => suite.close(), 300_000)

const create = (group: string, more: Partial<CreateServiceCommandInput> = {}) =>
  suite.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: suite.named('web'),
      taskDefinition,
      desiredCount: 0,
      loadBalancers: [{ targetGroupArn: groups.get(group) ?? group, containerName: 'app', containerPort: 80 }],
      ...more,
    }),
  )

test('targets of another type than the network mode has are refused', async () => {
  expect(await refusal(create('ip'))).toBe(
    `InvalidParameterException: The provided target group ${groups.get('ip')} has target type ip, which is incompatible with the bridge network mode specified in the task definition.`,
  )
})

test('a target group that nothing forwards to is refused', async () => {
  expect(await refusal(create('unused'))).toBe(
    `InvalidParameterException: The target group with targetGroupArn ${groups.get('unused')} does not have an associated load balancer.`,
  )
})

test('one that a listener forwards to is taken, with a role given or the service-linked one', async () => {
  const service = suite.named('web')
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
    await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, services: [service] })
  })
  const { service: made } = await create('used', { healthCheckGracePeriodSeconds: 45 })
  expect(made?.loadBalancers).toEqual([{ targetGroupArn: groups.get('used'), containerName: 'app', containerPort: 80 }])
  expect(made?.healthCheckGracePeriodSeconds).toBe(45)
  expect(made?.roleArn).toEndWith(':role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS')

  await suite.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 1 }))
  // At AWS' usual intervals a target takes minutes to be in service.
  const check = { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2, HealthyThresholdCount: 2 }
  await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: groups.get('used'), ...check }))
  const wait = { client: elb, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }
  await waitUntilTargetInService(wait, { TargetGroupArn: groups.get('used') })
}, 300_000)
