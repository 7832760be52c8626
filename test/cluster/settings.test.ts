// What an instance can be told at any time: here on a cluster that runs.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateClusterCommand, ECSClient, ListClustersCommand, RegisterTaskDefinitionCommand, RunTaskCommand } from '@aws-sdk/client-ecs'
import { expect, test } from 'bun:test'
import { instance } from '../support/instance.ts'
import { hostAddress } from './load-balancer-harness.ts'
import { describe, ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

const key = { accessKeyId: 'AKIAOURS', secretAccessKey: 'a/secret+of=ours' }
const up = { timeoutMs: 240_000 }

test('signatures are verified, tasks sign with keys of their own, and reset leaves nothing of it', async () => {
  const kecs = await instance()
  const keys = join(kecs.home, 'keys.txt')
  writeFileSync(keys, `${key.accessKeyId} ${key.secretAccessKey} 111111111111\n`, { mode: 0o600 })
  const ecs = new ECSClient({ endpoint: kecs.endpoint, region: 'us-east-1', credentials: key })
  const anybody = ecsOf(kecs, { maxAttempts: 1 })
  // A collector on this machine, as the cluster reaches it.
  const spans: string[] = []
  const collector = Bun.serve({
    hostname: await hostAddress(kecs),
    port: 0,
    fetch: async request => {
      const sent = (await request.json()) as { resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[] }
      spans.push(...sent.resourceSpans.flatMap(each => each.scopeSpans).flatMap(each => each.spans.map(({ name }) => name)))
      return Response.json({})
    },
  })
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector.hostname}:${collector.port}` }
  await kecs.kecs(['up', '--auth', 'strict', '--keys', keys, '--allow-reset'], { ...up, env: traced })
  try {
    // The key `test` is there: tasks of the account without a number of its own have it, with a secret that is derived.
    expect(await anybody.send(new ListClustersCommand({})).catch(({ name }: Error) => name)).toBe('InvalidSignatureException')
    const stranger = new ECSClient({ endpoint: kecs.endpoint, region: 'us-east-1', credentials: { ...key, accessKeyId: 'AKIANOBODY' } })
    expect(await stranger.send(new ListClustersCommand({})).catch(({ name }: Error) => name)).toBe('UnrecognizedClientException')
    stranger.destroy()
    const cluster = `strict-${Date.now()}`
    const made = await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
    expect(made.cluster?.clusterArn).toContain(':111111111111:')
    // The task sees its own account's cluster, with no key but the one that it is given.
    const command = [`aws ecs list-clusters --query clusterArns --output text | grep ${cluster}`]
    const cli = { name: 'cli', image: 'kecs-test/awscli:latest', entryPoint: ['sh', '-c'], command, memory: 512, essential: false }
    const sleeper = { name: 'sleeper', image: 'busybox:latest', command: ['sleep', '3600'], memory: 16 }
    await ecs.send(new RegisterTaskDefinitionCommand({ family: cluster, containerDefinitions: [sleeper, cli] }))
    const { tasks: [started] = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: cluster }))
    const ended = async () => {
      const { containers = [] } = await describe(ecs, cluster, started?.taskArn ?? '')
      return containers.find(({ name, exitCode }) => name === 'cli' && exitCode !== undefined)
    }
    expect((await until('the AWS CLI in the task ends', ended, { withinMs: 180_000, everyMs: 500 })).exitCode).toBe(0)

    const expected = ['ecs.RunTask', 'store commit', 'reconcile task', 'kubernetes POST']
    await until('spans arrive', () => expected.every(name => spans.includes(name)), { withinMs: 120_000 })

    const said: { readonly clusters: number; readonly tasks: number } = JSON.parse((await kecs.kecs(['reset', '--json'], up)).stdout)
    expect(said.clusters).toBeGreaterThanOrEqual(1)
    expect(said.tasks).toBeGreaterThanOrEqual(1)
    expect((await ecs.send(new ListClustersCommand({}))).clusterArns).toEqual([])
    const pods = () => kecs.kubectl('get', 'pods', '--all-namespaces', '-l', 'kecs.dev/task-id', '-o', 'name')
    await until('no pod of a task is left', async () => (await pods()).trim() === '', { withinMs: 120_000, everyMs: 500 })
  } finally {
    await kecs.kecs(['up', '--auth', 'open', '--no-allow-reset'], { ...up, env: { OTEL_EXPORTER_OTLP_ENDPOINT: '' } })
    await collector.stop(true)
  }
  const { clusterArns } = await until('anybody is answered', () => anybody.send(new ListClustersCommand({})))
  expect(Array.isArray(clusterArns)).toBe(true)
  expect((await kecs.kecs(['reset'], { check: false })).code).not.toBe(0)
  for (const client of [ecs, anybody]) client.destroy()
}, 900_000)

test('a browser asks kecs, and not what lies behind it, whether a page of this machine may call', async () => {
  const kecs = await instance()
  const asked = await fetch(kecs.endpoint, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://localhost:5173',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
  expect(asked.headers.get('access-control-allow-headers')).toBe('authorization')
})
