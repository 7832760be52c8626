// Target tracking on a real cluster: a service whose tasks are busy scales out, and in again when they are not, by what
// the node's agent measures. Scaling looks each second here rather than once a minute.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { instance, type TestInstance } from '../support/instance.ts'
import { ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

let kecs: TestInstance
const cluster = `scaling-${Date.now().toString(36)}`
const resource = `service/${cluster}/web`
const scaled = ['--service-namespace', 'ecs', '--resource-id', resource, '--scalable-dimension', 'ecs:service:DesiredCount']

/** `KECS_SCALING_PERIOD=1`, or `KECS_SCALING_PERIOD-` for none. */
const scalingPeriod = async (setting: string): Promise<void> => {
  await kecs.kubectl('-n', 'kecs-system', 'set', 'env', 'deployment/kecs-control-plane', setting)
  await kecs.kubectl('-n', 'kecs-system', 'rollout', 'status', 'deployment/kecs-control-plane', '--timeout=90s')
  // Traefik hears of the new pod a moment after Kubernetes.
  await until('the door leads to the new control plane', async () => (await fetch(`${kecs.endpoint}/_kecs/health`)).ok)
}

beforeAll(async () => {
  kecs = await instance()
  await scalingPeriod('KECS_SCALING_PERIOD=1')
}, 600_000)
afterAll(async () => {
  await kecs.aws('ecs', 'delete-service', '--cluster', cluster, '--service', 'web', '--force')
  await scalingPeriod('KECS_SCALING_PERIOD-')
}, 180_000)

/** Busy for a while, within its limit of a quarter of a processor, then idle. */
const busyThenIdle = 'end=$(($(date +%s)+15)); while [ $(date +%s) -lt $end ]; do :; done; sleep 600'

interface Activities {
  readonly ScalingActivities?: readonly { readonly Description: string; readonly Cause: string; readonly StatusCode: string }[]
}

test('a service whose tasks are busy scales out, in again when they are idle, and CloudWatch has its metrics', async () => {
  const ecs = ecsOf(kecs)
  await kecs.aws('ecs', 'create-cluster', '--cluster-name', cluster)
  const container = { name: 'app', image: 'busybox:latest', entryPoint: ['sh', '-c'], command: [busyThenIdle], stopTimeout: 2 }
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
  await kecs.aws('application-autoscaling', 'register-scalable-target', ...scaled, '--min-capacity', '0', '--max-capacity', '3')
  await kecs.aws(
    'application-autoscaling',
    'put-scaling-policy',
    ...scaled,
    '--policy-name',
    'cpu',
    '--policy-type',
    'TargetTrackingScaling',
    '--target-tracking-scaling-policy-configuration',
    JSON.stringify(tracking),
  )
  // Busy from now on: the policy is there.
  await kecs.aws('ecs', 'update-service', '--cluster', cluster, '--service', 'web', '--desired-count', '1')
  const count = async (): Promise<number | undefined> => {
    const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: ['web'] }))
    return services[0]?.desiredCount
  }
  await until('it scales out', async () => ((await count()) ?? 0) > 1, { withinMs: 60_000 })
  await until('it scales in', async () => ((await count()) ?? 2) < 2, { withinMs: 90_000 })
  const { ScalingActivities: activities = [] } = (await kecs.aws(
    'application-autoscaling',
    'describe-scaling-activities',
    '--service-namespace',
    'ecs',
    '--resource-id',
    resource,
  )) as Activities
  // Newest first; how far it goes in between depends on what else the machine does.
  expect(activities.at(0)?.Cause).toMatch(/^monitor alarm TargetTracking-.+-AlarmLow-.+ in state ALARM triggered policy cpu$/)
  expect(activities.at(-1)?.Cause).toMatch(/^monitor alarm TargetTracking-.+-AlarmHigh-.+ in state ALARM triggered policy cpu$/)
  const now = Date.now()
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
    new Date(now + 60_000).toISOString(),
  )) as { Datapoints?: { readonly Maximum: number; readonly Minimum: number }[] }
  expect(Math.max(...Datapoints.map(({ Maximum }) => Maximum))).toBeGreaterThan(20)
  expect(Math.min(...Datapoints.map(({ Minimum }) => Minimum))).toBeLessThan(18)
}, 240_000)

test('the control plane may ask nothing of kubelets', async () => {
  const as = ['--as', 'system:serviceaccount:kecs-system:kecs-control-plane']
  const { stdout } = await kecs.run(['kubectl', 'auth', 'can-i', 'get', 'nodes', '--subresource=proxy', ...as], { check: false })
  expect(stdout.trim()).toBe('no')
})
