// Target tracking on a real cluster: a service whose tasks are busy scales out, and in again when they are not, by what
// the node's agent measures; another by the requests that the gateway counts. Scaling looks each second here rather than
// once a minute, and metrics are put as often: what load balancers tell of their targets, which alarms of deployments follow.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { ModifyTargetGroupAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { answeringContainer, drainSeconds } from '../support/balanced-service.ts'
import { instance, type TestInstance } from '../support/instance.ts'
import { defaultNetwork } from '../support/network.ts'
import { httpSender, steadyLoad } from '../support/steady-load.ts'
import { ecsOf, podOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'
import { Balancers, forward } from './load-balancer-harness.ts'

let kecs: TestInstance
const cluster = `scaling-${Date.now().toString(36)}`
let balancers: Balancers
/** The service `asked` is behind it. */
let balanced: { readonly balancer: string; readonly group: string; readonly port: number }

/** What is done to a service's scaling, by the AWS CLI. */
const scalingOf = (service: string) => {
  const named = ['--service-namespace', 'ecs', '--resource-id', `service/${cluster}/${service}`]
  const scaled = [...named, '--scalable-dimension', 'ecs:service:DesiredCount']
  return {
    between: (least: string, most: string) =>
      kecs.aws('application-autoscaling', 'register-scalable-target', ...scaled, '--min-capacity', least, '--max-capacity', most),
    track: (name: string, tracking: object) =>
      kecs.aws(
        'application-autoscaling',
        'put-scaling-policy',
        ...scaled,
        '--policy-name',
        name,
        '--policy-type',
        'TargetTrackingScaling',
        '--target-tracking-scaling-policy-configuration',
        JSON.stringify(tracking),
      ),
    /** Newest first. */
    activities: async () =>
      ((await kecs.aws('application-autoscaling', 'describe-scaling-activities', ...named)) as Activities).ScalingActivities ?? [],
  }
}
const serviceOf = async (name: string) => {
  const { services = [] } = await ecsOf(kecs).send(new DescribeServicesCommand({ cluster, services: [name] }))
  return services[0]
}

/** `KECS_SCALING_PERIOD=1`, or `KECS_SCALING_PERIOD-` for none. */
const scalingPeriod = async (setting: string): Promise<void> => {
  const status = ['rollout', 'status', 'deployment/kecs-control-plane', '--timeout=230s']
  await kecs.kubectl('-n', 'kecs-system', 'set', 'env', 'deployment/kecs-control-plane', setting)
  await kecs.run(['kubectl', '-n', 'kecs-system', ...status], { timeoutMs: 240_000 })
  // Traefik hears of the new pod a moment after Kubernetes.
  await until('the door leads to the new control plane', async () => (await fetch(`${kecs.endpoint}/_kecs/health`)).ok)
  // An agent whose call was lost on the way gives it up after half a minute.
  await until('the agent hears of the new control plane', async () => {
    const said = await kecs.kubectl('-n', 'kecs-system', 'logs', 'daemonset/kecs-agent', '--tail=200')
    return said
      .split('\n')
      .findLast(line => line.includes('the control plane is'))
      ?.includes('is there')
  })
}

beforeAll(async () => {
  kecs = await instance()
  balancers = new Balancers(kecs)
  await scalingPeriod('KECS_SCALING_PERIOD=1')
  await kecs.aws('ecs', 'create-cluster', '--cluster-name', cluster)
}, 600_000)
afterAll(async () => {
  // One that a failed test did not come to make is not there.
  for (const name of ['web', 'asked'])
    await kecs.aws('ecs', 'delete-service', '--cluster', cluster, '--service', name, '--force').catch(() => {})
  await balancers.removeAll()
  await scalingPeriod('KECS_SCALING_PERIOD-')
}, 600_000)

/** Busy, within its limit of a quarter of a processor, until all of the service are told that it is enough. */
const busyThenIdle = 'while [ ! -e /shared/enough ]; do :; done; sleep 600'

interface Activities {
  readonly ScalingActivities?: readonly { readonly Description: string; readonly Cause: string; readonly StatusCode: string }[]
}

test('a service whose tasks are busy scales out, in again when they are idle, and CloudWatch has its metrics', async () => {
  const scaling = scalingOf('web')
  const container = {
    name: 'app',
    image: 'busybox:latest',
    entryPoint: ['sh', '-c'],
    command: [busyThenIdle],
    stopTimeout: 2,
    mountPoints: [{ sourceVolume: 'shared', containerPath: '/shared' }],
  }
  await kecs.aws(
    'ecs',
    'register-task-definition',
    '--family',
    cluster,
    '--requires-compatibilities',
    'FARGATE',
    '--network-mode',
    'awsvpc',
    '--cpu',
    '256',
    '--memory',
    '512',
    '--container-definitions',
    JSON.stringify([container]),
    '--volumes',
    JSON.stringify([{ name: 'shared', efsVolumeConfiguration: { fileSystemId: `fs-${cluster}` } }]),
  )
  const tracking = {
    TargetValue: 20,
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    ScaleOutCooldown: 60,
    ScaleInCooldown: 0,
  }
  const { Subnets: [subnet] = [] } = (await kecs.aws('ec2', 'describe-subnets')) as { Subnets?: { SubnetId: string }[] }
  await kecs.aws(
    'ecs',
    'create-service',
    '--cluster',
    cluster,
    '--service-name',
    'web',
    '--task-definition',
    cluster,
    '--desired-count',
    '0',
    '--launch-type',
    'FARGATE',
    '--network-configuration',
    `awsvpcConfiguration={subnets=[${subnet?.SubnetId}]}`,
  )
  await scaling.between('0', '3')
  await scaling.track('cpu', tracking)
  // Busy from now on: the policy is there.
  await kecs.aws('ecs', 'update-service', '--cluster', cluster, '--service', 'web', '--desired-count', '1')
  const count = async () => (await serviceOf('web'))?.desiredCount
  await until('it scales out', async () => ((await count()) ?? 0) > 1)
  await until('one is told that it is enough', async () => {
    const { taskArns: [task] = [] } = await ecsOf(kecs).send(new ListTasksCommand({ cluster, serviceName: 'web' }))
    const [space, pod] = await podOf(kecs, task ?? '')
    await kecs.kubectl('-n', space, 'exec', pod, '-c', 'app', '--', 'touch', '/shared/enough')
    return true
  })
  await until('it scales in', async () => ((await count()) ?? 2) < 2, { withinMs: 120_000 })
  const activities = await scaling.activities()
  // How far it goes in between depends on what else the machine does.
  expect(activities.at(0)?.Cause).toMatch(/^monitor alarm TargetTracking-.+-AlarmLow-.+ in state ALARM triggered policy cpu$/)
  expect(activities.at(-1)?.Cause).toMatch(/^monitor alarm TargetTracking-.+-AlarmHigh-.+ in state ALARM triggered policy cpu$/)
  const now = Date.now()
  const told = async (): Promise<readonly number[]> => {
    const { Datapoints = [] } = (await kecs.aws(
      'cloudwatch',
      'get-metric-statistics',
      '--namespace',
      'AWS/ECS',
      '--metric-name',
      'CPUUtilization',
      '--period',
      '60',
      '--dimensions',
      `Name=ClusterName,Value=${cluster}`,
      'Name=ServiceName,Value=web',
      '--statistics',
      'Maximum',
      'Minimum',
      '--start-time',
      new Date(now - 600_000).toISOString(),
      '--end-time',
      new Date(now + 300_000).toISOString(),
    )) as { Datapoints?: { readonly Maximum: number; readonly Minimum: number }[] }
    return [Math.max(...Datapoints.map(({ Maximum }) => Maximum)), Math.min(...Datapoints.map(({ Minimum }) => Minimum))]
  }
  // What scaling acts on is put there beside it.
  await until('CloudWatch has what scaling acted on', async () => {
    const [most = 0, least = Infinity] = await told()
    return most > 20 && least < 18
  })
}, 300_000)

test('a service whose targets have more requests than they should scales out', async () => {
  const ecs = ecsOf(kecs)
  const { subnets } = await defaultNetwork(kecs.endpoint)
  const { arn: balancer } = await balancers.balancer('asked')
  const group = await balancers.group('asked', [], { Port: 8080, HealthCheckPath: '/health', HealthyThresholdCount: 2 })
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: String(drainSeconds) }]
  await balancers.client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: group, Attributes }))
  const { port } = await balancers.listener(balancer, 80, forward([group, 1]))
  balanced = { balancer, group, port }
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${cluster}-asked`,
      networkMode: 'awsvpc',
      containerDefinitions: [answeringContainer('one')],
    }),
  )
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: 'asked',
      taskDefinition: taskDefinition?.taskDefinitionArn,
      desiredCount: 1,
      networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
      loadBalancers: [{ targetGroupArn: group, containerName: 'app', containerPort: 8080 }],
    }),
  )
  const sender = httpSender(port, '/version')
  await until('the service answers', sender.send)
  const scaling = scalingOf('asked')
  await scaling.between('1', '4')
  // The period is a second here: one task has no more than it should by 15 requests in each, and by 45 two have not.
  const ResourceLabel = `${balancer.slice(balancer.indexOf('/app/') + 1)}/${group.slice(group.lastIndexOf(':') + 1)}`
  const PredefinedMetricSpecification = { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel }
  await scaling.track('requests', { TargetValue: 30, PredefinedMetricSpecification, DisableScaleIn: true })
  const few = steadyLoad(sender.send, 15)
  await Bun.sleep(6_000)
  expect((await few.stop()).failures).toEqual([])
  expect((await serviceOf('asked'))?.desiredCount).toBe(1)

  const many = steadyLoad(sender.send, 45)
  try {
    // To two; a machine that was busy may have counted what came within more than a second.
    const wanted = await until('it scales out', async () => {
      const { desiredCount = 1 } = (await serviceOf('asked')) ?? {}
      return desiredCount > 1 && desiredCount
    })
    await until('all of its tasks run', async () => (await serviceOf('asked'))?.runningCount === wanted)
    // 45 shared by two are less than they should have at most.
    await Bun.sleep(5_000)
    expect((await serviceOf('asked'))?.desiredCount).toBe(wanted)
  } finally {
    await many.stop()
    sender.close()
  }
  expect((await many.stop()).failures).toEqual([])
  const [activity, ...others] = await scaling.activities()
  expect(activity?.Cause).toMatch(/^monitor alarm TargetTracking-.+-AlarmHigh-.+ in state ALARM triggered policy requests$/)
  expect(activity?.StatusCode).toBe('Successful')
  expect(others).toEqual([])
}, 300_000)

test('what its targets answer is in CloudWatch, and an alarm on it takes a new version back', async () => {
  const ecs = ecsOf(kecs)
  const { balancer, group, port } = balanced
  const sender = httpSender(port, '/cgi-bin/slow')
  const LoadBalancer = balancer.slice(balancer.indexOf('/app/') + 1)
  const TargetGroup = group.slice(group.lastIndexOf(':') + 1)
  const alarm = `${cluster}-errors`
  const dimensions = ['--dimensions', `Name=LoadBalancer,Value=${LoadBalancer}`, `Name=TargetGroup,Value=${TargetGroup}`]
  const metric = ['--namespace', 'AWS/ApplicationELB', '--metric-name', 'HTTPCode_Target_5XX_Count', ...dimensions]
  const rule = ['--statistic', 'Sum', '--period', '10', '--evaluation-periods', '1', '--threshold', '1']
  const missing = ['--comparison-operator', 'GreaterThanOrEqualToThreshold', '--treat-missing-data', 'notBreaching']
  await kecs.aws('cloudwatch', 'put-metric-alarm', '--alarm-name', alarm, ...metric, ...rule, ...missing)
  const before = (await serviceOf('asked'))?.taskDefinition
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${cluster}-asked`,
      networkMode: 'awsvpc',
      containerDefinitions: [answeringContainer('broken', true, true)],
    }),
  )
  await ecs.send(
    new UpdateServiceCommand({
      cluster,
      service: 'asked',
      taskDefinition: taskDefinition?.taskDefinitionArn,
      deploymentConfiguration: { bakeTimeInMinutes: 30, alarms: { alarmNames: [alarm], enable: true, rollback: true } },
    }),
  )
  const newest = async () => {
    const { serviceDeployments = [] } = await ecs.send(new ListServiceDeploymentsCommand({ cluster, service: 'asked' }))
    const serviceDeploymentArns = [serviceDeployments[0]?.serviceDeploymentArn ?? '']
    return (await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }))).serviceDeployments?.[0]
  }
  await until('its alarm is monitored', async () => (await newest())?.alarms?.status === 'MONITORING')
  const load = steadyLoad(sender.send, 10)
  try {
    await until('the alarm takes it back', async () => (await newest())?.status === 'ROLLBACK_SUCCESSFUL', { withinMs: 240_000 })
  } finally {
    await load.stop()
    sender.close()
  }
  expect((await newest())?.alarms?.triggeredAlarmNames).toEqual([alarm])
  expect((await serviceOf('asked'))?.taskDefinition).toBe(before)
  const { failures, bodies } = await load.stop()
  const answered = async (name: string): Promise<number> => {
    const now = Date.now()
    const { Datapoints = [] } = (await kecs.aws(
      'cloudwatch',
      'get-metric-statistics',
      '--namespace',
      'AWS/ApplicationELB',
      '--metric-name',
      name,
      ...dimensions,
      '--period',
      '60',
      '--statistics',
      'Sum',
      '--start-time',
      new Date(now - 1_200_000).toISOString(),
      '--end-time',
      new Date(now + 60_000).toISOString(),
    )) as { Datapoints?: { readonly Sum: number }[] }
    return Datapoints.reduce((sum, { Sum }) => sum + Sum, 0)
  }
  // Each answer of this load, and of no other: it is the only one that has failed.
  await until('all errors are told of', async () => (await answered('HTTPCode_Target_5XX_Count')) >= failures.length)
  expect(await answered('HTTPCode_Target_5XX_Count')).toBe(failures.length)
  expect(failures.filter(failure => !failure.includes('500'))).toEqual([])
  expect(failures.length).toBeGreaterThan(0)
  expect(await answered('HTTPCode_Target_2XX_Count')).toBeGreaterThanOrEqual(bodies.get('one') ?? 0)
  expect(await answered('HealthyHostCount')).toBeGreaterThan(0)
}, 600_000)

test('the control plane may ask nothing of kubelets', async () => {
  const as = ['--as', 'system:serviceaccount:kecs-system:kecs-control-plane']
  const { stdout } = await kecs.run(['kubectl', 'auth', 'can-i', 'get', 'nodes', '--subresource=proxy', ...as], { check: false })
  expect(stdout.trim()).toBe('no')
})
