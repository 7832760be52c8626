// The control plane moved out of the cluster and back, while a service behind load balancers serves and a client writes.
import { CreateClusterCommand, ECSClient, ListClustersCommand, type ListClustersCommandOutput } from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type BalancedService, balancedService } from '../support/balanced-service.ts'
import { instance, type TestInstance } from '../support/instance.ts'
import { type LoadReport, httpSender, steadyLoad } from '../support/steady-load.ts'
import { until } from '../support/until.ts'

const perSecond = 20
let kecs: TestInstance
let web: BalancedService
let ecs: ECSClient
const acknowledged: string[] = []

beforeAll(async () => {
  kecs = await instance()
  web = await balancedService(kecs)
  await web.stable()
  await until('two targets are healthy', async () => (await web.healthy()) === 2)
  ecs = new ECSClient({ endpoint: kecs.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
}, 600_000)

afterAll(async () => {
  // Others share the instance.
  if ((await sideNow()) === 'legacy') await migrate('in-cluster')
  await web.close()
  ecs.destroy()
}, 240_000)

const migrate = (to: 'legacy' | 'in-cluster', check = true) => kecs.kecs(['migrate', '--to', to, '--json'], { check, timeoutMs: 180_000 })

const status = async (): Promise<{ readonly state: string; readonly legacy: boolean }> =>
  JSON.parse((await kecs.kecs(['status', '--json'], { check: false })).stdout)
const sideNow = async (): Promise<string> => ((await status()).legacy ? 'legacy' : 'in-cluster')

/** A steady load, and a client that makes one cluster after the other and notes which it was told of. */
async function underLoad(act: () => Promise<void>): Promise<LoadReport> {
  const sender = httpSender(web.httpPort, '/cgi-bin/slow')
  const load = steadyLoad(sender.send, perSecond)
  const over = new AbortController()
  const writing = (async () => {
    while (!over.signal.aborted) {
      const clusterName = `written-${acknowledged.length}-${Date.now().toString(36)}`
      // While the control plane moves, calls fail: what is not acknowledged is not counted.
      const made = await ecs.send(new CreateClusterCommand({ clusterName })).catch(() => undefined)
      if (made?.cluster?.clusterName !== undefined) acknowledged.push(made.cluster.clusterName)
      await Bun.sleep(50)
    }
  })()
  try {
    await act()
    await Bun.sleep(1_000)
  } finally {
    over.abort()
    await writing
    await load.stop()
    sender.close()
  }
  return load.stop()
}

const expectWhole = async ({ sent, failures }: LoadReport): Promise<void> => {
  expect(failures).toEqual([])
  expect(sent).toBeGreaterThan(perSecond)
  expect((await status()).state).toBe('ready')
  const names = new Set<string>()
  for (let nextToken: string | undefined; ;) {
    const page: ListClustersCommandOutput = await ecs.send(new ListClustersCommand(nextToken === undefined ? {} : { nextToken }))
    for (const arn of page.clusterArns ?? []) names.add(arn.slice(arn.indexOf('/') + 1))
    nextToken = page.nextToken
    if (nextToken === undefined) break
  }
  expect(acknowledged.filter(name => !names.has(name))).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(0)
  const { runningCount, deployments } = await web.service()
  expect([runningCount, deployments?.length]).toEqual([2, 1])
}

test('to this machine and back: no request is dropped, nothing that was acknowledged is lost, no task is started anew', async () => {
  const pods = () => kecs.kubectl('get', 'pods', '-A', '-l', 'kecs.dev/task-id', '-o', 'jsonpath={.items[*].metadata.uid}')
  const before = await pods()
  await expectWhole(
    await underLoad(async () => {
      await migrate('legacy')
      expect(await sideNow()).toBe('legacy')
      await until('targets are checked from here', async () => (await web.healthy()) === 2)
      await migrate('in-cluster')
      expect(await sideNow()).toBe('in-cluster')
    }),
  )
  expect(await pods()).toBe(before)
}, 240_000)

test('a side that cannot start: the old one goes on', async () => {
  const report = await underLoad(async () => {
    // Its process cannot unpack DuckDB, which this program itself never needs.
    const env = { KECS_LIB_DIR: '/dev/null/lib' }
    const { code, stderr } = await kecs.kecs(['migrate', '--to', 'legacy', '--json'], { check: false, timeoutMs: 180_000, env })
    expect(code).toBe(1)
    expect(stderr).toContain('nothing was lost')
  })
  expect(await sideNow()).toBe('in-cluster')
  await expectWhole(report)
}, 180_000)

test('killed while it moves: the next run goes on, and scaling and new tasks work from the other side', async () => {
  const report = await underLoad(async () => {
    const child = spawn(join(import.meta.dir, '../../dist/kecs'), ['migrate', '--to', 'legacy', '--name', kecs.name], {
      env: { ...process.env, KECS_HOME: kecs.home, NO_COLOR: '1' },
      stdio: 'ignore',
    })
    const journal = join(kecs.home, kecs.name, 'migration.json')
    await until('the migration has begun', () => Bun.file(journal).exists())
    // The old side holds still, or ends, or the new one starts.
    await Bun.sleep(700)
    child.kill('SIGKILL')
    await kecs.kecs(['migrate', '--to', 'legacy'], { timeoutMs: 180_000 })
    expect(await sideNow()).toBe('legacy')
    await web.update({ desiredCount: 3 })
    await until('three targets are healthy', async () => (await web.healthy()) === 3)
    await web.update({ desiredCount: 2 })
    await until('two are left', async () => (await web.service()).runningCount === 2)
    await migrate('in-cluster')
  })
  await expectWhole(report)
}, 240_000)
