// Express Gateway services, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateExpressGatewayServiceCommand,
  DeleteExpressGatewayServiceCommand,
  DescribeExpressGatewayServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  UpdateExpressGatewayServiceCommand,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('express')
beforeAll(() => suite.open(), 60_000)
afterAll(() => suite.close(), 300_000)

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const elbv2 = () => new ElasticLoadBalancingV2Client({ endpoint: suite.endpoint, region: 'us-east-1', credentials })
const scaling = () => new ApplicationAutoScalingClient({ endpoint: suite.endpoint, region: 'us-east-1', credentials })

/** What leads to a service, as ELBv2 tells it. */
async function wayTo(cluster: string, serviceName: string) {
  const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [serviceName] }))
  const arn = services?.[0]?.loadBalancers?.[0]?.targetGroupArn ?? ''
  const { TargetGroups } = await elbv2().send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))
  const LoadBalancerArn = TargetGroups?.[0]?.LoadBalancerArns?.[0] ?? ''
  const { LoadBalancers } = await elbv2().send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }))
  const { Listeners } = await elbv2().send(new DescribeListenersCommand({ LoadBalancerArn }))
  const { Rules } = await elbv2().send(new DescribeRulesCommand({ ListenerArn: Listeners?.[0]?.ListenerArn }))
  return { group: TargetGroups?.[0], balancer: LoadBalancers?.[0], listeners: Listeners, rules: Rules }
}

/** How many targets of a group are healthy at a port. */
async function healthyAt({ group }: Awaited<ReturnType<typeof wayTo>>, port: number): Promise<number> {
  const TargetGroupArn = group?.TargetGroupArn
  const { TargetHealthDescriptions = [] } = await elbv2().send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  return TargetHealthDescriptions.filter(each => each.TargetHealth?.State === 'healthy' && each.Target?.Port === port).length
}

const balancersOf = (arn: string | undefined) => elbv2().send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn ?? ''] }))
const groupsOf = (arn: string | undefined) => elbv2().send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn ?? ''] }))

async function expectGone({ balancer, group }: Awaited<ReturnType<typeof wayTo>>): Promise<void> {
  expect(await refusal(balancersOf(balancer?.LoadBalancerArn))).toStartWith('LoadBalancerNotFoundException: ')
  expect(await refusal(groupsOf(group?.TargetGroupArn))).toStartWith('TargetGroupNotFoundException: ')
}

/** As target tracking names a target group: `app/…/targetgroup/…`. */
const labelOf = ({ balancer, group }: Awaited<ReturnType<typeof wayTo>>): string =>
  `${balancer?.LoadBalancerArn?.split(':loadbalancer/')[1]}/${group?.TargetGroupArn?.split(':').at(-1)}`

/** What scales a service of a cluster of the same name. */
async function scalingOf(name: string) {
  const asked = { ServiceNamespace: 'ecs', ResourceIds: [`service/${name}/${name}`] } as const
  const { ScalableTargets } = await scaling().send(new DescribeScalableTargetsCommand({ ...asked, ResourceIds: [...asked.ResourceIds] }))
  const policies = new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs', ResourceId: asked.ResourceIds[0] })
  return { target: ScalableTargets?.[0], policy: (await scaling().send(policies)).ScalingPolicies?.[0] }
}

/** Answers the health checks, where it really runs. */
const server = ['sh', '-c', 'mkdir /w && echo ok >/w/ping && echo ok >/w/health && exec httpd -f -p 8080 -h /w']

const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`

test('Express services run a container image, change it and end', async () => {
  const cluster = await suite.cluster('life')
  const serviceName = suite.named('life')
  const { service } = await suite.ecs.send(
    new CreateExpressGatewayServiceCommand({
      cluster,
      serviceName,
      infrastructureRoleArn: role('infrastructure'),
      executionRoleArn: role('execution'),
      primaryContainer: {
        image: 'busybox:latest',
        command: server,
        containerPort: 8080,
        environment: [{ name: 'A', value: '1' }],
      },
      tags: [{ key: 'team', value: 'red' }],
    }),
  )
  const serviceArn = service?.serviceArn ?? ''
  suite.undo(() => suite.ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn })))
  expect(serviceArn).toEndWith(`:service/${serviceName}/${serviceName}`)
  expect(service).toMatchObject({
    cluster: serviceName,
    serviceName,
    infrastructureRoleArn: role('infrastructure'),
    status: { statusCode: 'ACTIVE' },
    tags: [{ key: 'team', value: 'red' }],
  })
  const made = service?.activeConfigurations?.[0]
  expect(made).toMatchObject({
    executionRoleArn: role('execution'),
    cpu: '256',
    memory: '512',
    healthCheckPath: '/ping',
    primaryContainer: { image: 'busybox:latest', containerPort: 8080 },
    scalingTarget: { minTaskCount: 1 },
  })
  // Below the name of the AWS door, at its port.
  const [path] = made?.ingressPaths ?? []
  expect(path?.accessType).toBe('PUBLIC')
  expect(path?.endpoint).toMatch(/^http:\/\/express-[a-z0-9-]+-[0-9a-f]{12}\.ecs\.us-east-1\.localhost\.localstack\.cloud(:\d+)?$/)
  const { taskDefinition } = await suite.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: made?.taskDefinitionArn }))
  expect(taskDefinition).toMatchObject({
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [{ image: 'busybox:latest', command: server, portMappings: [{ containerPort: 8080 }] }],
  })
  const running = async () => {
    const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [serviceName] }))
    return services?.[0]
  }
  const way = await wayTo(cluster, serviceName)
  expect(way).toMatchObject({
    group: { TargetType: 'ip', Protocol: 'HTTP', Port: 8080, HealthCheckPath: '/ping' },
    balancer: { Type: 'application', Scheme: 'internet-facing' },
    listeners: [{ Port: 80, Protocol: 'HTTP' }],
    rules: [
      { Priority: '1', Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [new URL(path?.endpoint ?? '').hostname] } }] },
      { Priority: 'default', Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }] },
    ],
  })
  expect(await scalingOf(serviceName)).toMatchObject({
    target: { MinCapacity: 1, MaxCapacity: 20 },
    policy: {
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      },
    },
  })
  await until('the task runs', async () => (await running())?.runningCount === 1, { withinMs: 180_000 })

  const updated = await suite.ecs.send(
    new UpdateExpressGatewayServiceCommand({
      serviceArn,
      cpu: '512',
      memory: '1024',
      healthCheckPath: '/health',
      scalingTarget: { minTaskCount: 2, maxTaskCount: 4, autoScalingMetric: 'REQUEST_COUNT_PER_TARGET' },
    }),
  )
  expect(updated.service?.targetConfiguration).toMatchObject({
    cpu: '512',
    memory: '1024',
    healthCheckPath: '/health',
    primaryContainer: { image: 'busybox:latest' },
    scalingTarget: { minTaskCount: 2, maxTaskCount: 4, autoScalingTargetValue: 60 },
  })
  expect(updated.service?.targetConfiguration?.serviceRevisionArn).not.toBe(made?.serviceRevisionArn)
  expect((await running())?.desiredCount).toBe(2)
  const changed = await wayTo(cluster, serviceName)
  expect(changed.group).toMatchObject({ TargetGroupArn: way.group?.TargetGroupArn, HealthCheckPath: '/health' })
  expect(await scalingOf(serviceName)).toMatchObject({
    target: { MinCapacity: 2, MaxCapacity: 4 },
    policy: {
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'ALBRequestCountPerTarget',
          ResourceLabel: labelOf(way),
        },
      },
    },
  })
  await until('two tasks are healthy targets', async () => (await healthyAt(way, 8080)) >= 2, { withinMs: 180_000 })
  const described = await suite.ecs.send(new DescribeExpressGatewayServiceCommand({ serviceArn, include: ['TAGS'] }))
  expect(described.service).toMatchObject({ serviceArn, tags: [{ key: 'team', value: 'red' }], currentDeployment: expect.any(String) })

  const deleted = await suite.ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn }))
  expect(deleted.service?.status?.statusCode).toBe('DRAINING')
  await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, services: [serviceName] })
  const last = await suite.ecs.send(new DescribeExpressGatewayServiceCommand({ serviceArn }))
  expect(last.service).toMatchObject({ status: { statusCode: 'INACTIVE' }, activeConfigurations: [] })
  expect(await refusal(suite.ecs.send(new UpdateExpressGatewayServiceCommand({ serviceArn, cpu: '256' })))).toBe(
    'ServiceNotActiveException: Cannot perform this operation on a service in INACTIVE status.',
  )
  await expectGone(way)
  expect(await scalingOf(serviceName)).toEqual({ target: undefined, policy: undefined })
}, 300_000)

test('Express services of one network share a load balancer, which goes with the last', async () => {
  const cluster = await suite.cluster('shared')
  const create = async (name: string, subnets: string[]) => {
    const { service } = await suite.ecs.send(
      new CreateExpressGatewayServiceCommand({
        cluster,
        serviceName: suite.named(name),
        infrastructureRoleArn: role('infrastructure'),
        executionRoleArn: role('execution'),
        primaryContainer: { image: 'busybox:latest', command: ['sleep', '600'] },
        networkConfiguration: { subnets, securityGroups: [`sg-${suite.named('shared')}`] },
      }),
    )
    const serviceArn = service?.serviceArn ?? ''
    suite.undo(() => suite.ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn })))
    return { serviceArn, ...(await wayTo(cluster, suite.named(name))) }
  }
  const end = async (serviceArn: string) => {
    await suite.ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn }))
    await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, services: [serviceArn] })
  }
  const one = await create('one', ['subnet-a', 'subnet-b'])
  const other = await create('other', ['subnet-b', 'subnet-a'])
  const elsewhere = await create('elsewhere', ['subnet-a', 'subnet-c'])
  const arn = one.balancer?.LoadBalancerArn ?? ''
  expect(other.balancer?.LoadBalancerArn).toBe(arn)
  expect(other.rules?.map(each => each.Priority)).toEqual(['1', '2', 'default'])
  expect(other.group?.TargetGroupArn).not.toBe(one.group?.TargetGroupArn)
  expect(elsewhere.balancer?.LoadBalancerArn).not.toBe(arn)

  await end(one.serviceArn)
  expect((await balancersOf(arn)).LoadBalancers).toHaveLength(1)
  expect((await wayTo(cluster, suite.named('other'))).rules?.map(each => each.Priority)).toEqual(['2', 'default'])
  await Promise.all([end(other.serviceArn), end(elsewhere.serviceArn)])
  expect(await refusal(balancersOf(arn))).toStartWith('LoadBalancerNotFoundException: ')
}, 300_000)

test('Express services are refused with the errors of the model', async () => {
  const cluster = await suite.cluster('errors')
  const create = (more: object) =>
    suite.ecs.send(
      new CreateExpressGatewayServiceCommand({
        cluster,
        serviceName: suite.named('errors'),
        infrastructureRoleArn: role('infrastructure'),
        executionRoleArn: role('execution'),
        primaryContainer: { image: 'busybox' },
        ...more,
      }),
    )
  expect(await refusal(create({ cluster: suite.named('none') }))).toBe('ClusterNotFoundException: Cluster not found.')
  expect(await refusal(create({ healthCheckPath: 'ping' }))).toStartWith('InvalidParameterException: ')
  expect(await refusal(create({ primaryContainer: undefined }))).toStartWith('InvalidParameterException: ')
  expect(await refusal(create({ cpu: '256', memory: '8192' }))).toStartWith('ClientException: No Fargate configuration exists')
  expect(await refusal(create({ scalingTarget: { minTaskCount: 3, maxTaskCount: 2 } }))).toStartWith('InvalidParameterException: ')
  const serviceArn = cluster.replace(':cluster/', ':service/').concat('/none')
  expect(await refusal(suite.ecs.send(new DescribeExpressGatewayServiceCommand({ serviceArn })))).toStartWith('ResourceNotFoundException: ')
  expect(await refusal(suite.ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn })))).toBe(
    'ServiceNotFoundException: Service not found.',
  )
})
