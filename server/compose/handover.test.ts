// A control plane that gives its data folder away, and the one that takes it: over HTTP, as `kecs migrate` and clients see it.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateClusterCommand, ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs'
import { type RunningServer, startServer } from '../main.ts'

setDefaultTimeout(30_000)

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-handover-'))
})
afterAll(() => rm(root, { recursive: true }))

const start = (dataDir: string): Promise<RunningServer> =>
  startServer({ dataDir, host: '127.0.0.1', apiPort: 0, adminPort: 0, runtime: 'simulated', instance: 'test', logLevel: 'error' })
const ecsOf = ({ url }: RunningServer, maxAttempts = 1): ECSClient =>
  new ECSClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts })
const post = async ({ adminUrl }: RunningServer, path: string, body: object): Promise<{ status: number; answer: unknown }> => {
  const response = await fetch(adminUrl + path, { method: 'POST', body: JSON.stringify(body) })
  const text = await response.text()
  return { status: response.status, answer: response.ok ? JSON.parse(text) : text }
}
const handoverOf = async ({ adminUrl }: RunningServer): Promise<unknown> => (await fetch(`${adminUrl}/handover`)).json()

test('what is given away is what the next one finds, and a call meanwhile is answered by one of both or fails', async () => {
  const folder = await mkdtemp(join(root, 'data-'))
  const one = await start(folder)
  await ecsOf(one).send(new CreateClusterCommand({ clusterName: 'before' }))
  const { status, answer } = await post(one, '/handover/begin', { id: 'm1' })
  expect(status).toBe(200)
  expect(answer).toMatchObject({ id: 'm1', tables: { ecs_clusters: { rows: 1 } } })
  expect(await readdir(join(folder, 'snapshots'))).toEqual([expect.stringMatching(/^before-migration-/)])
  const meanwhile = ecsOf(one)
    .send(new CreateClusterCommand({ clusterName: 'meanwhile' }))
    .then(
      () => 'answered',
      () => 'failed',
    )
  expect(await post(one, '/handover/begin', { id: 'm1' })).toEqual({ status: 200, answer })
  expect((await post(one, '/handover/begin', { id: 'm2' })).status).toBe(409)
  await one.stop()
  expect(await meanwhile).toBe('failed')

  const two = await start(folder)
  expect(await handoverOf(two)).toMatchObject({ isHeld: false, taken: { id: 'm1', isTaken: true, tables: { ecs_clusters: { rows: 1 } } } })
  const { clusterArns } = await ecsOf(two).send(new ListClustersCommand({}))
  expect(clusterArns?.map(arn => arn.split('/')[1])).toEqual(['before'])
  await two.stop()
})

test('one that is told to go on answers what it held back', async () => {
  const server = await start(await mkdtemp(join(root, 'data-')))
  await post(server, '/handover/begin', { id: 'm1' })
  const held = ecsOf(server).send(new CreateClusterCommand({ clusterName: 'late' }))
  await post(server, '/handover/end', {})
  expect((await held).cluster?.clusterName).toBe('late')
  expect(await handoverOf(server)).toEqual({ isHeld: false })
  await server.stop()
})

test('one that is asked for twice at once is held once', async () => {
  const server = await start(await mkdtemp(join(root, 'data-')))
  const [one, other, another] = await Promise.all(['m1', 'm1', 'm2'].map(id => post(server, '/handover/begin', { id })))
  expect(one).toMatchObject({ status: 200, answer: { id: 'm1' } })
  expect(other).toEqual(one)
  expect(another?.status).toBe(409)
  await post(server, '/handover/end', {})
  await ecsOf(server).send(new CreateClusterCommand({ clusterName: 'late' }))
  expect(await handoverOf(server)).toEqual({ isHeld: false })
  await server.stop()
}, 10_000)
