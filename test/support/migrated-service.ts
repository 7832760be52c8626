// What is not to notice that a control plane moves: a service behind load balancers under load, and clients that write.
import {
  CreateClusterCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  paginateListClusters,
  paginateListTaskDefinitions,
} from '@aws-sdk/client-ecs'
import { expect } from 'bun:test'
import { type BalancedService, answeringContainer, balancedService } from './balanced-service.ts'
import type { Finished, TestInstance } from './instance.ts'
import { type LoadReport, httpSender, steadyLoad } from './steady-load.ts'
import { until } from './until.ts'

const perSecond = 20

export interface MigratedService {
  readonly web: BalancedService
  /** The pods of the service's tasks, by their UIDs. */
  taskPods(): Promise<readonly string[]>
  migrate(to: 'legacy' | 'in-cluster' | undefined, options?: { check?: boolean; env?: Record<string, string> }): Promise<Finished>
  /** Where other commands take the control plane to be. */
  side(): Promise<'legacy' | 'in-cluster'>
  /**
   * Sends requests, makes clusters and registers revisions while `act` is at work. In the end no request may have failed,
   * all that was acknowledged has to be there, and the tasks, 2 or `tasks`, have to be those of before.
   */
  underLoad(act: () => Promise<void>, tasks?: number): Promise<void>
  /** Back into the cluster, and away with the service. */
  close(): Promise<void>
}

export async function migratedService(kecs: TestInstance): Promise<MigratedService> {
  const web = await balancedService(kecs)
  await web.stable()
  await until('two targets are healthy', async () => (await web.healthy()) === 2)
  const { ecs, cluster } = web
  const family = `${cluster}-written`
  /** ARNs of what the clients were told is there. */
  const acknowledged: string[] = []
  const taskPods = async () =>
    (await kecs.kubectl('get', 'pods', '-A', '-l', `kecs.dev/cluster=${cluster}`, '-o', 'jsonpath={.items[*].metadata.uid}'))
      .split(' ')
      .toSorted()
  const status = async (): Promise<{ readonly state: string; readonly legacy: boolean }> =>
    JSON.parse((await kecs.kecs(['status', '--json'], { check: false })).stdout)

  const migrate: MigratedService['migrate'] = (to, options) =>
    kecs.kecs(['migrate', ...(to === undefined ? [] : ['--to', to]), '--json'], { timeoutMs: 300_000, ...options })
  const side = async () => ((await status()).legacy ? ('legacy' as const) : ('in-cluster' as const))

  /** Notes what it was told of. While the control plane moves, calls fail: what is not acknowledged is not counted. */
  const write = async (over: AbortSignal): Promise<void> => {
    while (!over.aborted) {
      const clusterName = `${cluster}-${acknowledged.length}-${Date.now().toString(36)}`
      const made = await ecs.send(new CreateClusterCommand({ clusterName })).catch(() => undefined)
      const containerDefinitions = [answeringContainer('written')]
      const registered = await ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions })).catch(() => undefined)
      for (const arn of [made?.cluster?.clusterArn, registered?.taskDefinition?.taskDefinitionArn])
        if (arn !== undefined) acknowledged.push(arn)
      await Bun.sleep(50)
    }
  }

  const expectWhole = async ({ sent, failures }: LoadReport, before: readonly string[], tasks: number): Promise<void> => {
    expect(failures).toEqual([])
    expect(sent).toBeGreaterThan(perSecond)
    await until('the instance is ready', async () => (await status()).state === 'ready')
    const there = await arns(ecs, family)
    expect(acknowledged.filter(arn => !there.has(arn))).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(0)
    const { runningCount, deployments } = await web.service()
    expect([runningCount, deployments?.length]).toEqual([tasks, 1])
    // The tasks are those of before, and not others in their place.
    expect(await taskPods()).toEqual([...before])
  }

  return {
    web,
    taskPods,
    migrate,
    side,
    async underLoad(act, tasks = 2) {
      const before = await taskPods()
      const sender = httpSender(web.httpPort, '/cgi-bin/slow')
      const load = steadyLoad(sender.send, perSecond)
      const over = new AbortController()
      const writing = write(over.signal)
      try {
        await act()
        await Bun.sleep(500)
      } finally {
        over.abort()
        await writing
        await load.stop()
        sender.close()
      }
      await expectWhole(await load.stop(), before, tasks)
    },
    async close() {
      // Others share the instance.
      await migrate(undefined, { check: false })
      if ((await side()) === 'legacy') await migrate('in-cluster')
      await web.close()
    },
  }
}

const arns = async (client: ECSClient, familyPrefix: string): Promise<ReadonlySet<string>> => {
  const found = new Set<string>()
  for await (const { clusterArns = [] } of paginateListClusters({ client }, {})) for (const arn of clusterArns) found.add(arn)
  for await (const { taskDefinitionArns = [] } of paginateListTaskDefinitions({ client }, { familyPrefix }))
    for (const arn of taskDefinitionArns) found.add(arn)
  return found
}
