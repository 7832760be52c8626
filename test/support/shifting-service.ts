// A service between two target groups of an application load balancer on a real cluster, with a listener for its traffic
// and one for test traffic.
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  type DeploymentConfiguration,
  DescribeServiceDeploymentsCommand,
  type ECSClient,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  type ServiceDeployment,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import { CreateRuleCommand, DescribeRulesCommand, ModifyTargetGroupAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { Balancers, fixed, forward } from '../cluster/load-balancer-harness.ts'
import { answeringContainer, drainSeconds } from './balanced-service.ts'
import type { TestInstance } from './instance.ts'
import { defaultNetwork } from './network.ts'
import { haveRole } from './roles.ts'
import { ecsOf } from './tasks.ts'
import { until } from './until.ts'

export interface ShiftingService {
  readonly ecs: ECSClient
  /** Ports of this machine. */
  readonly productionPort: number
  readonly testPort: number
  /** `BLUE/GREEN`, as the production listener's rule has it. */
  weights(): Promise<string>
  /** A revision whose tasks answer `version`. */
  register(version: string): Promise<string>
  update(change: Partial<UpdateServiceCommandInput>): Promise<void>
  newest(): Promise<ServiceDeployment>
  /** Resolves when the newest service deployment is at `stage`, or has ended with it as its status. */
  reaches(stage: string): Promise<ServiceDeployment>
  close(): Promise<void>
}

export async function shiftingService(kecs: TestInstance, deploymentConfiguration: DeploymentConfiguration): Promise<ShiftingService> {
  const ecs = ecsOf(kecs)
  const balancers = new Balancers(kecs)
  const cluster = `shift-${Date.now().toString(36)}`
  const service = 'web'
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  const group = async (name: string): Promise<string> => {
    const arn = await balancers.group(name, [], { Port: 8080, HealthCheckPath: '/health', HealthyThresholdCount: 2 })
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: String(drainSeconds) }]
    await balancers.client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes }))
    return arn
  }
  const [blue, green] = [await group('blue'), await group('green')]
  const { arn: balancer } = await balancers.balancer('shift')
  const listening = async (port: number) => {
    const { arn: ListenerArn, port: published } = await balancers.listener(balancer, port, fixed('404'))
    const Conditions = [{ Field: 'path-pattern', Values: ['/*'] }]
    const Actions = [forward([blue, 100], [green, 0])]
    const { Rules } = await balancers.client.send(new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions, Actions }))
    return { rule: Rules?.[0]?.RuleArn ?? '', port: published }
  }
  const [production, tested] = [await listening(80), await listening(8080)]
  const register: ShiftingService['register'] = async version => {
    const containerDefinitions = [answeringContainer(version)]
    const input = { family: cluster, networkMode: 'awsvpc', containerDefinitions } as const
    return (await ecs.send(new RegisterTaskDefinitionCommand(input))).taskDefinition?.taskDefinitionArn ?? ''
  }
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: service,
      taskDefinition: await register('one'),
      desiredCount: 2,
      networkConfiguration: { awsvpcConfiguration: { subnets: [...(await defaultNetwork(kecs.endpoint)).subnets] } },
      deploymentConfiguration,
      loadBalancers: [
        {
          targetGroupArn: blue,
          containerName: 'app',
          containerPort: 8080,
          advancedConfiguration: {
            alternateTargetGroupArn: green,
            productionListenerRule: production.rule,
            testListenerRule: tested.rule,
            roleArn: await haveRole(kecs.endpoint, 'ecs'),
          },
        },
      ],
    }),
  )
  const newest: ShiftingService['newest'] = async () => {
    const { serviceDeployments = [] } = await ecs.send(new ListServiceDeploymentsCommand({ cluster, service }))
    const serviceDeploymentArns = [serviceDeployments[0]?.serviceDeploymentArn ?? '']
    const found = (await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }))).serviceDeployments?.[0]
    if (found === undefined) throw new Error('there is no service deployment')
    return found
  }
  return {
    ecs,
    productionPort: production.port,
    testPort: tested.port,
    async weights() {
      const { Rules } = await balancers.client.send(new DescribeRulesCommand({ RuleArns: [production.rule] }))
      const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []
      return [blue, green].map(arn => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight ?? 0).join('/')
    },
    register,
    async update(change) {
      await ecs.send(new UpdateServiceCommand({ cluster, service, ...change }))
    },
    newest,
    reaches: stage =>
      until(
        `the deployment reaches ${stage}`,
        async () => {
          const found = await newest()
          return found.lifecycleStage === stage || found.status === stage ? found : undefined
        },
        { withinMs: 200_000 },
      ),
    async close() {
      await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
      await waitUntilServicesInactive({ client: ecs, maxWaitTime: 240, minDelay: 1, maxDelay: 2 }, { cluster, services: [service] })
      await balancers.removeAll()
      ecs.destroy()
    },
  }
}
