import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Home, makeHome, unusedPort } from '../support/program.ts'
import { until } from '../support/until.ts'

// Snapshots as a user takes them and comes back to them, on simulated instances.

setDefaultTimeout(120_000)

let home: Home
let door: number

beforeEach(async () => {
  home = makeHome()
  door = await unusedPort()
  expect((await home.run(['up', '--driver', 'simulated', '--port', String(door)])).code).toBe(0)
})
afterEach(() => home.remove())

const call = async (operation: string, body: object, port = door): Promise<Record<string, unknown>> => {
  const response = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`, 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}
const clusterNames = async (port = door): Promise<string[]> =>
  ((await call('ListClusters', {}, port))['clusterArns'] as string[]).map(arn => arn.split('/')[1] ?? '')
const runningIn = async (cluster: string, port = door): Promise<string[]> =>
  (await call('ListTasks', { cluster, desiredStatus: 'RUNNING' }, port))['taskArns'] as string[]

const makeService = async (): Promise<void> => {
  await call('CreateCluster', { clusterName: 'kept' })
  await call('RegisterTaskDefinition', { family: 'web', containerDefinitions: [{ name: 'a', image: 'nginx', memory: 64 }] })
  await call('CreateService', { cluster: 'kept', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 })
  await until('two tasks', async () => (await runningIn('kept')).length === 2)
}

test('back to a snapshot: what came after is gone, services run again, and the way back is kept', async () => {
  await makeService()
  expect((await home.run(['snapshot', 'create', 'good'])).stdout).toBe('good\n')
  await call('CreateCluster', { clusterName: 'later' })
  await call('DeleteService', { cluster: 'kept', service: 'web', force: true })
  await until('no task', async () => (await runningIn('kept')).length === 0)

  const restored = await home.run(['snapshot', 'restore', 'good'])
  expect(restored.stderr).toContain('Restored good.')
  expect(await clusterNames()).toEqual(['kept'])
  await until('two tasks again', async () => (await runningIn('kept')).length === 2)

  const listed = JSON.parse((await home.run(['snapshot', 'list', '--json'])).stdout)
  expect(listed.map((each: { reason: string }) => each.reason)).toEqual(['before restore', 'manual'])
  expect((await home.run(['snapshot', 'restore', listed[0].name])).code).toBe(0)
  expect((await clusterNames()).toSorted()).toEqual(['kept', 'later'])
})

test('from one instance to another, by a file', async () => {
  await makeService()
  await home.run(['snapshot', 'create', 'moved'])
  const file = join(home.path, 'moved.kecs-snapshot')
  expect((await home.run(['snapshot', 'export', 'moved', file])).code).toBe(0)
  const other = await unusedPort()
  await home.run(['up', '--driver', 'simulated', '--name', 'other', '--port', String(other)])
  expect((await home.run(['snapshot', 'import', file, '--name', 'other'])).stderr).toContain('kecs snapshot restore --name other moved')
  expect((await home.run(['snapshot', 'restore', 'moved', '--name', 'other'])).code).toBe(0)
  expect(await clusterNames(other)).toEqual(['kept'])
  const here = await runningIn('kept')
  await until('tasks of its own', async () => (await runningIn('kept', other)).filter(arn => !here.includes(arn)).length === 2)
  writeFileSync(file, readFileSync(file).subarray(0, 100))
  const damaged = await home.run(['snapshot', 'import', file, 'again'])
  expect(damaged.code).toBe(1)
  expect(damaged.stderr).toContain('no whole snapshot')
})

test('a damaged state is refused with the newest snapshot, which the next start restores', async () => {
  await makeService()
  await home.run(['snapshot', 'create', 'good'])
  expect((await home.run(['stop'])).code).toBe(0)
  const data = join(home.path, 'kecs', 'data')
  const state = join(data, 'kecs.duckdb')
  writeFileSync(state, readFileSync(state).fill(0x55, 4096))
  const refused = await home.run(['start'])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('kecs snapshot restore good')
  expect((await home.run(['snapshot', 'restore', 'good'])).stderr).toContain('good is restored when it starts')
  expect((await home.run(['up'])).code).toBe(0)
  expect(await clusterNames()).toEqual(['kept'])
  expect(readdirSync(data).some(file => file.startsWith('kecs.duckdb.replaced-'))).toBe(true)
})

test('wrong words say what is right', async () => {
  expect((await home.run(['snapshot'])).stderr).toContain('kecs snapshot --help')
  expect((await home.run(['snapshot', 'crate'])).stderr).toContain('Did you mean: kecs snapshot create')
  expect((await home.run(['snapshot', '--help'])).stdout).toContain('restore')
  expect((await home.run(['snapshot', 'restore', '--help'])).stdout).toContain('Go back to a snapshot.')
  const unknown = await home.run(['snapshot', 'restore', 'never'])
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain('There is no snapshot never.')
})

test('an export does not overwrite a file, unless that is asked for', async () => {
  await home.run(['snapshot', 'create', 'one'])
  const file = join(home.path, 'one.kecs-snapshot')
  writeFileSync(file, 'mine')
  const refused = await home.run(['snapshot', 'export', 'one', file])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('is there already')
  expect(readFileSync(file, 'utf8')).toBe('mine')
  expect((await home.run(['snapshot', 'export', 'one', file, '--force'])).code).toBe(0)
  expect(readFileSync(file, 'utf8')).not.toBe('mine')
})

test('two takings of one name at once leave one whole snapshot', async () => {
  const taken = await Promise.all([1, 2].map(() => home.run(['snapshot', 'create', 'same'])))
  expect(taken.some(({ code }) => code === 0)).toBe(true)
  const list = JSON.parse((await home.run(['snapshot', 'list', '--json'])).stdout) as readonly { name: string; isDamaged?: boolean }[]
  expect(list.filter(({ name }) => name === 'same')).toEqual([expect.not.objectContaining({ isDamaged: true })])
  expect(readdirSync(join(home.path, 'kecs/data/snapshots')).filter(name => name.endsWith('.partial'))).toEqual([])
})
