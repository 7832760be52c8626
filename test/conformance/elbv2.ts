// What the conformance tests of load balancing share: a client, names of the run's own, and taking down what was made.
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerCommandInput,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  paginateDescribeLoadBalancers,
  waitUntilLoadBalancerAvailable,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { openEndpoint } from '../support/endpoint.ts'

export type Elbv2 = Awaited<ReturnType<typeof openElbv2>>

/** A client of the endpoint; `close` deletes the load balancers and target groups that the helpers here made. */
export async function openElbv2() {
  const endpoint = await openEndpoint()
  const clientFor = (accessKeyId = 'test', region = 'us-east-1'): ElasticLoadBalancingV2Client =>
    new ElasticLoadBalancingV2Client({ endpoint: endpoint.url, region, credentials: { accessKeyId, secretAccessKey: 'test' } })
  const client = clientFor()
  const unique = `${process.pid.toString(36)}${Date.now().toString(36)}`
  const named = (name: string): string => `${name}-${unique}`.slice(-32)
  const balancers = new Set<string>()
  const groups = new Set<string>()

  return {
    client,
    clientFor,
    endpoint,
    named,
    /** The load balancer's ARN. */
    async balancer(name: string, more: Partial<CreateLoadBalancerCommandInput> = {}): Promise<string> {
      const input = { Name: named(name), Subnets: ['subnet-1', 'subnet-2'], ...more }
      const { LoadBalancers } = await client.send(new CreateLoadBalancerCommand(input))
      const arn = LoadBalancers?.[0]?.LoadBalancerArn ?? ''
      balancers.add(arn)
      return arn
    },
    /** The target group's ARN. */
    async group(name: string, more: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> {
      const input = { Name: named(name), Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip', ...more } as const
      const { TargetGroups } = await client.send(new CreateTargetGroupCommand(input))
      const arn = TargetGroups?.[0]?.TargetGroupArn ?? ''
      groups.add(arn)
      return arn
    },
    /** The ARN of a listener that answers 404. */
    async listener(loadBalancerArn: string, Port = 80): Promise<string> {
      const { Listeners } = await client.send(
        new CreateListenerCommand({
          LoadBalancerArn: loadBalancerArn,
          Protocol: 'HTTP',
          Port,
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        }),
      )
      return Listeners?.[0]?.ListenerArn ?? ''
    },
    async available(loadBalancerArn: string): Promise<void> {
      await waitUntilLoadBalancerAvailable({ client, maxWaitTime: 180, minDelay: 1, maxDelay: 1 }, { LoadBalancerArns: [loadBalancerArn] })
    },
    async close(): Promise<void> {
      const there: string[] = []
      for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {}))
        there.push(...LoadBalancers.flatMap(({ LoadBalancerArn = '' }) => (balancers.has(LoadBalancerArn) ? LoadBalancerArn : [])))
      for (const LoadBalancerArn of there) {
        const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'false' }]
        await client.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }))
        await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
      }
      for (const TargetGroupArn of groups) await client.send(new DeleteTargetGroupCommand({ TargetGroupArn }))
      client.destroy()
      await endpoint.close()
    },
  }
}

/** The refusal of a call as `NAME: message`; NAME is the SDK's class. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Error) return `${error.name}: ${error.message}`
  throw new Error('the call was not refused')
}
