// No request is dropped: a steady load through an application and a network load balancer, while all happens to the
// service behind them that happens to services.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  ContinueServiceDeploymentCommand,
  type DeploymentLifecycleHookStage,
  DescribeServiceDeploymentsCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs'
import { type BalancedService, balancedService } from '../support/balanced-service.ts'
import { instance } from '../support/instance.ts'
import { type LoadReport, type SteadyLoad, httpSender, steadyLoad, tcpSender } from '../support/steady-load.ts'
import { until } from '../support/until.ts'

const perSecond = 20
let web: BalancedService

beforeAll(async () => {
  web = await balancedService(await instance())
  await web.stable()
  await until('two targets are healthy', async () => (await web.healthy()) === 2)
  // Which is told before the gateway knows it.
  for (const port of [web.httpPort, web.tcpPort]) {
    await until('the gateway has its targets', async () => (await fetch(`http://127.0.0.1:${port}/version`)).ok)
  }
}, 600_000)
afterAll(() => web?.close(), 300_000)

interface Loads {
  readonly http: SteadyLoad
  readonly tcp: SteadyLoad
}

/** Both loads while `act` goes on, and a second before and after. */
async function underLoad(act: (loads: Loads) => Promise<void>): Promise<readonly [http: LoadReport, tcp: LoadReport]> {
  const sender = httpSender(web.httpPort, '/cgi-bin/slow')
  const loads = { http: steadyLoad(sender.send, perSecond), tcp: steadyLoad(tcpSender(web.tcpPort, '/cgi-bin/slow'), perSecond) }
  try {
    await Bun.sleep(1_000)
    await act(loads)
    await Bun.sleep(1_000)
  } finally {
    // Ends in any case.
    await Promise.all([loads.http.stop(), loads.tcp.stop()])
    sender.close()
  }
  return [await loads.http.stop(), await loads.tcp.stop()]
}

const expectNothingFailed = (reports: readonly LoadReport[]): void => {
  for (const { sent, failures } of reports) {
    expect(failures).toEqual([])
    expect(sent).toBeGreaterThan(perSecond)
  }
}

/** The newest deployment's hook that waits at a stage. */
const pausedAt = (stage: DeploymentLifecycleHookStage) =>
  until(
    `a pause at ${stage}`,
    async () => {
      const { serviceDeployments = [] } = await web.ecs.send(new ListServiceDeploymentsCommand({ cluster: web.cluster, service: 'web' }))
      const serviceDeploymentArns = [serviceDeployments[0]?.serviceDeploymentArn ?? '']
      const found = await web.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }))
      const { lifecycleStage, lifecycleHookDetails = [], serviceDeploymentArn } = found.serviceDeployments?.[0] ?? {}
      const hook = lifecycleHookDetails.find(({ status }) => status === 'AWAITING_ACTION')
      return lifecycleStage === stage && hook !== undefined && { serviceDeploymentArn, hookId: hook.hookId }
    },
    { withinMs: 120_000 },
  )

/** The task definition of each task that is not to stop, in order. */
async function revisions(): Promise<readonly string[]> {
  const { taskArns: tasks = [] } = await web.ecs.send(new ListTasksCommand({ cluster: web.cluster, serviceName: 'web' }))
  if (tasks.length === 0) return []
  const { tasks: found = [] } = await web.ecs.send(new DescribeTasksCommand({ cluster: web.cluster, tasks }))
  return found.map(({ taskDefinitionArn = '' }) => taskDefinitionArn).toSorted()
}

test('a rolling update drops no request, and waits for its hooks before its first task and after its last', async () => {
  const before = (await web.service()).taskDefinition ?? ''
  const [ill, taskDefinition] = [await web.register('ill', false), await web.register('two')]
  const paused = (...lifecycleStages: DeploymentLifecycleHookStage[]) => ({
    deploymentConfiguration: { lifecycleHooks: [{ targetType: 'PAUSE' as const, lifecycleStages }] },
  })
  const passes = async (stage: DeploymentLifecycleHookStage, revision: string): Promise<void> => {
    const hook = await pausedAt(stage)
    await until(`all tasks to be of ${revision}`, async () => (await revisions()).join(' ') === `${revision} ${revision}`)
    await web.ecs.send(new ContinueServiceDeploymentCommand({ ...hook, action: 'CONTINUE' }))
  }
  const reports = await underLoad(async ({ http, tcp }) => {
    await web.update({ taskDefinition: ill, ...paused('PRE_SCALE_UP') })
    await pausedAt('PRE_SCALE_UP')
    expect(await revisions()).toEqual([before, before])
    await passes('PRE_SCALE_UP', before)
    await until('tasks of two revisions', async () => (await revisions()).includes(ill))
    // The revision that completed last is made whole before another one takes the place of what was in the middle of its work.
    await web.update({ taskDefinition, ...paused('RECONCILE_SERVICE', 'POST_SCALE_UP') })
    await passes('RECONCILE_SERVICE', before)
    await passes('POST_SCALE_UP', taskDefinition)
    await web.stable()
    await until('both load balancers answer of the new version', () => http.count('two') > 0 && tcp.count('two') > 0)
  })
  await web.update({ deploymentConfiguration: { lifecycleHooks: [] } })
  expectNothingFailed(reports)
  const [http] = reports
  expect([...http.bodies.keys()].toSorted()).toEqual(['one', 'two'])
}, 300_000)

test('scaling out and in drops no request', async () => {
  try {
    expectNothingFailed(
      await underLoad(async () => {
        await web.update({ desiredCount: 4 })
        await until('four targets are healthy', async () => (await web.healthy()) === 4)
        await web.update({ desiredCount: 1 })
        await until('one target is left', async () => (await web.healthy()) === 1)
        await until('only its task is left', async () => (await web.service()).runningCount === 1)
        // The others drain, and are stopped then.
        await Bun.sleep(8_000)
      }),
    )
  } finally {
    // As the tests after it expect the service.
    await web.update({ desiredCount: 2 })
    await web.stable()
  }
}, 300_000)

test('a version that fails its health checks gets no request, and is rolled back by the circuit breaker', async () => {
  const before = (await web.service()).taskDefinition
  const taskDefinition = await web.register('ill', false)
  const [http, tcp] = await underLoad(async () => {
    await web.update({ taskDefinition })
    await until(
      'it is rolled back',
      async () => {
        const { deployments = [], taskDefinition: now, runningCount } = await web.service()
        return now === before && deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED' && runningCount === 2
      },
      { withinMs: 330_000 },
    )
  })
  expectNothingFailed([http, tcp])
  expect([...http.bodies.keys()]).toEqual(['two'])
  const messages = (await web.service()).events?.map(({ message = '' }) => message) ?? []
  // One that was found ill before it listened has another reason.
  expect(messages).toContainEqual(
    expect.stringMatching(
      /^\(service web\) \(task [0-9a-f]{32}\) \(port 8080\) is unhealthy in \(target-group .*-http\/[0-9a-f]{16}\) due to \(reason Health checks failed with these codes: \[404\]\)\.$/,
    ),
  )
}, 420_000)

test('SIGKILL of the control plane drops no request', async () => {
  const kecs = await instance()
  const node = (await kecs.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
  expectNothingFailed(
    await underLoad(async () => {
      await kecs.run(['docker', 'exec', node, 'pkill', '-KILL', '-f', '^/kecs serve'])
      await Bun.sleep(2_000)
      await until('the control plane answers again', async () => (await web.service()).runningCount === 2)
      await Bun.sleep(5_000)
    }),
  )
  await until('both targets are healthy', async () => (await web.healthy()) === 2)
}, 300_000)
