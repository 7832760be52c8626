// A service behind an application and a network load balancer on a real cluster, as a user makes it with the SDK.
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServicesCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  type Service,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { TestInstance } from './instance.ts'
import { defaultNetwork } from './network.ts'
import { ecsOf } from './tasks.ts'
import { until } from './until.ts'

/** Seconds for which targets drain. */
export const drainSeconds = 5

export interface BalancedService {
  readonly ecs: ECSClient
  readonly elb: ElasticLoadBalancingV2Client
  readonly cluster: string
  /** Ports of this machine. */
  readonly httpPort: number
  readonly tcpPort: number
  readonly targetGroups: { readonly http: string; readonly tcp: string }
  /** A revision whose tasks answer `version`; without `isHealthy` they fail the health checks of the application load balancer. */
  register(version: string, isHealthy?: boolean): Promise<string>
  service(): Promise<Service>
  update(change: Partial<UpdateServiceCommandInput>): Promise<void>
  /** Resolves when the waiter of the AWS CLI would: one deployment, and as many tasks as are wanted. */
  stable(withinMs?: number): Promise<Service>
  /** Healthy targets of the application load balancer. */
  healthy(): Promise<number>
  close(): Promise<void>
}

/**
 * Answers `/cgi-bin/slow` after a while, so that requests are under way when something happens, with 500 if it is broken, and
 * `/version` at once; ends at once when it is told to stop.
 */
const script = (version: string, isHealthy: boolean, isBroken: boolean): string =>
  [
    'mkdir -p /w/cgi-bin',
    `printf '#!/bin/sh\\n${isBroken ? 'echo "Status: 500 Broken"\\n' : ''}echo "Content-Type: text/plain"\\necho\\nsleep 0.3\\necho ${version}\\n' >/w/cgi-bin/slow`,
    'chmod +x /w/cgi-bin/slow',
    `echo ${version} >/w/version`,
    ...(isHealthy ? ['echo ok >/w/health'] : []),
    'httpd -f -p 8080 -h /w & httpd=$!',
    'trap "kill $httpd; exit 0" TERM',
    'wait',
  ].join('\n')

export const answeringContainer = (version: string, isHealthy = true, isBroken = false) => ({
  name: 'app',
  image: 'busybox:latest',
  memory: 32,
  stopTimeout: 5,
  portMappings: [{ containerPort: 8080 }],
  entryPoint: ['sh', '-c'],
  command: [script(version, isHealthy, isBroken)],
})

export async function balancedService(
  kecs: Pick<TestInstance, 'endpoint'>,
  more: Partial<CreateServiceCommandInput> = {},
): Promise<BalancedService> {
  const ecs = ecsOf(kecs)
  const elb = new ElasticLoadBalancingV2Client({
    endpoint: kecs.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const { vpc, subnets } = await defaultNetwork(kecs.endpoint)
  const cluster = `load-${Date.now().toString(36)}`
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  const targetGroup = async (name: string, input: Partial<CreateTargetGroupCommandInput>): Promise<string> => {
    const made = await elb.send(
      new CreateTargetGroupCommand({
        Name: `${cluster}-${name}`,
        Port: 8080,
        VpcId: vpc,
        TargetType: 'ip',
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 3,
        ...input,
      }),
    )
    const TargetGroupArn = made.TargetGroups?.[0]?.TargetGroupArn ?? ''
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: String(drainSeconds) }]
    await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
    return TargetGroupArn
  }
  const balancer = async (name: string, type: 'application' | 'network', group: string): Promise<{ arn: string; port: number }> => {
    const input = { Name: `${cluster}-${name}`, Type: type, Subnets: [...subnets] }
    const arn = (await elb.send(new CreateLoadBalancerCommand(input))).LoadBalancers?.[0]?.LoadBalancerArn ?? ''
    const DefaultActions = [{ Type: 'forward', TargetGroupArn: group } as const]
    const Protocol = type === 'application' ? 'HTTP' : 'TCP'
    await elb.send(new CreateListenerCommand({ LoadBalancerArn: arn, Protocol, Port: 80, DefaultActions }))
    const port = await until('the listener has a port', async () => {
      const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: [arn] }))
      const mapped = TagDescriptions?.[0]?.Tags?.find(({ Key }) => Key === 'aws:kecs:ports')?.Value
      return mapped === undefined ? undefined : Number(mapped.split('=')[1])
    })
    return { arn, port }
  }
  const http = await targetGroup('http', { Protocol: 'HTTP', HealthCheckPath: '/health' })
  const tcp = await targetGroup('tcp', { Protocol: 'TCP' })
  const application = await balancer('a', 'application', http)
  const network = await balancer('n', 'network', tcp)
  const register: BalancedService['register'] = async (version, isHealthy = true) => {
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: cluster,
        networkMode: 'awsvpc',
        containerDefinitions: [answeringContainer(version, isHealthy)],
      }),
    )
    return taskDefinition?.taskDefinitionArn ?? ''
  }
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: 'web',
      taskDefinition: await register('one'),
      desiredCount: 2,
      networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
      loadBalancers: [http, tcp].map(targetGroupArn => ({ targetGroupArn, containerName: 'app', containerPort: 8080 })),
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      ...more,
    }),
  )
  const service: BalancedService['service'] = async () => {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: ['web'] }))
    const found = services?.[0]
    if (found === undefined) throw new Error('there is no service')
    return found
  }
  return {
    ecs,
    elb,
    cluster,
    httpPort: application.port,
    tcpPort: network.port,
    targetGroups: { http, tcp },
    register,
    service,
    async update(change) {
      await ecs.send(new UpdateServiceCommand({ cluster, service: 'web', ...change }))
    },
    stable: withinMs =>
      until(
        'the service is stable',
        async () => {
          const found = await service()
          return found.deployments?.length === 1 && found.runningCount === found.desiredCount ? found : undefined
        },
        { withinMs: withinMs ?? 200_000 },
      ),
    async healthy() {
      const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: http }))
      return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length
    },
    async close() {
      await ecs.send(new DeleteServiceCommand({ cluster, service: 'web', force: true }))
      await waitUntilServicesInactive({ client: ecs, maxWaitTime: 240, minDelay: 1, maxDelay: 2 }, { cluster, services: ['web'] })
      for (const { arn } of [application, network]) await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }))
      for (const TargetGroupArn of [http, tcp]) await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }))
      ecs.destroy()
      elb.destroy()
    },
  }
}
