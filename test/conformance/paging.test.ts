// Tokens of listings, of every service: they go on after a restart, and are refused where they were altered or are another
// listing's.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as autoscaling from '@aws-sdk/client-application-auto-scaling'
import * as ecs from '@aws-sdk/client-ecs'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import * as discovery from '@aws-sdk/client-servicediscovery'
import { type RunningServer, startServer } from '../../server/main.ts'

let dataDir: string
let server: RunningServer
const serve = async (): Promise<void> => {
  const common = { host: '127.0.0.1', apiPort: 0, adminPort: 0, runtime: 'simulated', instance: 'paging', logLevel: 'error' } as const
  server = await startServer({ ...common, dataDir }, { strict: true })
}
const clients = () => {
  const config = { endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
  return {
    ecs: new ecs.ECSClient(config),
    elbv2: new elbv2.ElasticLoadBalancingV2Client(config),
    discovery: new discovery.ServiceDiscoveryClient(config),
    autoscaling: new autoscaling.ApplicationAutoScalingClient(config),
  }
}

interface Page {
  readonly items: readonly unknown[]
  readonly token: string | undefined
}
type List = (token?: string) => Promise<Page>

/** Each listing, a row at a time. */
const listings: Readonly<Record<string, List>> = {
  ListClusters: async nextToken => {
    const answer = await clients().ecs.send(new ecs.ListClustersCommand({ maxResults: 1, nextToken }))
    return { items: answer.clusterArns ?? [], token: answer.nextToken }
  },
  ListTaskDefinitions: async nextToken => {
    const answer = await clients().ecs.send(new ecs.ListTaskDefinitionsCommand({ maxResults: 1, nextToken }))
    return { items: answer.taskDefinitionArns ?? [], token: answer.nextToken }
  },
  ListTaskDefinitionFamilies: async nextToken => {
    const answer = await clients().ecs.send(new ecs.ListTaskDefinitionFamiliesCommand({ maxResults: 1, nextToken }))
    return { items: answer.families ?? [], token: answer.nextToken }
  },
  ListServices: async nextToken => {
    const answer = await clients().ecs.send(new ecs.ListServicesCommand({ cluster: 'c0', maxResults: 1, nextToken }))
    return { items: answer.serviceArns ?? [], token: answer.nextToken }
  },
  ListAccountSettings: async nextToken => {
    const answer = await clients().ecs.send(new ecs.ListAccountSettingsCommand({ effectiveSettings: true, maxResults: 1, nextToken }))
    return { items: answer.settings ?? [], token: answer.nextToken }
  },
  DescribeTargetGroups: async Marker => {
    const answer = await clients().elbv2.send(new elbv2.DescribeTargetGroupsCommand({ PageSize: 1, Marker }))
    return { items: answer.TargetGroups ?? [], token: answer.NextMarker }
  },
  DescribeLoadBalancers: async Marker => {
    const answer = await clients().elbv2.send(new elbv2.DescribeLoadBalancersCommand({ PageSize: 1, Marker }))
    return { items: answer.LoadBalancers ?? [], token: answer.NextMarker }
  },
  ListNamespaces: async NextToken => {
    const answer = await clients().discovery.send(new discovery.ListNamespacesCommand({ MaxResults: 1, NextToken }))
    return { items: answer.Namespaces ?? [], token: answer.NextToken }
  },
  DescribeScalableTargets: async NextToken => {
    const answer = await clients().autoscaling.send(
      new autoscaling.DescribeScalableTargetsCommand({ ServiceNamespace: 'ec2', MaxResults: 1, NextToken }),
    )
    return { items: answer.ScalableTargets ?? [], token: answer.NextToken }
  },
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kecs-paging-'))
  await serve()
  const on = clients()
  for (const number of [0, 1, 2]) {
    await on.ecs.send(new ecs.CreateClusterCommand({ clusterName: `c${number}` }))
    await on.ecs.send(
      new ecs.RegisterTaskDefinitionCommand({
        family: `f${number}`,
        containerDefinitions: [{ name: 'app', image: 'busybox', memory: 16 }],
      }),
    )
    await on.ecs.send(
      new ecs.CreateServiceCommand({ cluster: 'c0', serviceName: `s${number}`, taskDefinition: `f${number}`, desiredCount: 0 }),
    )
    await on.elbv2.send(
      new elbv2.CreateTargetGroupCommand({ Name: `g${number}`, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' }),
    )
    await on.elbv2.send(new elbv2.CreateLoadBalancerCommand({ Name: `l${number}`, Subnets: ['subnet-1', 'subnet-2'] }))
    await on.discovery.send(new discovery.CreateHttpNamespaceCommand({ Name: `n${number}` }))
    await on.autoscaling.send(
      new autoscaling.RegisterScalableTargetCommand({
        ServiceNamespace: 'ec2',
        ResourceId: `spot-fleet-request/sfr-${number}`,
        ScalableDimension: 'ec2:spot-fleet-request:TargetCapacity',
        MinCapacity: 1,
        MaxCapacity: 2,
      }),
    )
  }
}, 60_000)
afterAll(async () => {
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const refused = (call: Promise<unknown>): Promise<number | undefined> =>
  call.then(
    () => undefined,
    ({ $metadata }: { $metadata: { httpStatusCode?: number } }) => $metadata.httpStatusCode,
  )

test('tokens go on after a restart, and no others are taken', async () => {
  const tokens = new Map<string, string>()
  const firsts = new Map<string, unknown>()
  for (const [name, list] of Object.entries(listings)) {
    const { items, token } = await list()
    expect([name, items.length]).toEqual([name, 1])
    tokens.set(name, token ?? '')
    firsts.set(name, items[0])
  }
  await server.stop()
  await serve()
  for (const [name, list] of Object.entries(listings)) {
    const token = tokens.get(name) ?? ''
    const next = await list(token)
    expect([name, next.items.length]).toEqual([name, 1])
    expect(next.items[0]).not.toEqual(firsts.get(name))
    const last = token.at(-1) === 'A' ? 'B' : 'A'
    const others = [
      token.slice(0, -1) + last,
      token.slice(1),
      `${token}A`,
      'x',
      tokens.get(name === 'ListClusters' ? 'ListServices' : 'ListClusters'),
    ]
    for (const other of others) expect([name, other, await refused(list(other))]).toEqual([name, other, 400])
  }
}, 60_000)
