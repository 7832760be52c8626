import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aCluster } from '../../test/support/task-fixture.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { digestOf, readHandover, writeHandover } from './handover.ts'
import { openState } from './open.ts'
import { silentLog } from './store-log.ts'
import { clusters } from './tables.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-handover-'))
})
afterAll(() => rm(root, { recursive: true }))

const newFolder = (): Promise<string> => mkdtemp(join(root, 'data-'))
const open = (folder: string) => openState({ folder, clock: new FakeClock(Date.UTC(2026, 0, 31)), log: silentLog })

const withCluster = async (folder: string, name: string): Promise<void> => {
  const { store } = await open(folder)
  await store.commit(transaction => transaction.put(clusters, aCluster(name)))
  await store.close()
}

test('a digest knows the order of rows from their keys alone, and tells each change', () => {
  const row = (key: string, body: string, table = 't') => ({ table, key, body })
  const digest = digestOf([row('a', '1'), row('b', '2')])
  expect(digestOf([row('b', '2'), row('a', '1')])).toEqual(digest)
  expect(digest['t']?.rows).toBe(2)
  for (const other of [[row('a', '1'), row('b', '3')], [row('a', '1'), row('c', '2')], [row('a', '1')]])
    expect(digestOf(other)).not.toEqual(digest)
})

test('what was left is what is found: the state opens, and the word is taken', async () => {
  const folder = await newFolder()
  await withCluster(folder, 'one')
  const before = await open(folder)
  await writeHandover(folder, { id: 'm1', tables: digestOf(await before.store.dump()), isTaken: false })
  await before.store.close()
  const after = await open(folder)
  expect(after.handover).toMatchObject({ id: 'm1', isTaken: true })
  await after.store.close()
  expect(await readHandover(folder)).toMatchObject({ isTaken: true })
})

test('another state is refused, and left as it is, until the word is gone', async () => {
  const folder = await newFolder()
  await withCluster(folder, 'one')
  await writeHandover(folder, { id: 'm1', tables: digestOf([]), isTaken: false })
  expect(open(folder)).rejects.toThrow('not the one that was handed over')
  expect(await readHandover(folder)).toMatchObject({ isTaken: false })
  await rm(join(folder, 'kecs.handover.json'))
  const { store } = await open(folder)
  expect(store.table(clusters).size).toBe(1)
  await store.close()
})

test('once taken, the state may change', async () => {
  const folder = await newFolder()
  await withCluster(folder, 'one')
  await writeHandover(folder, { id: 'm1', tables: digestOf([]), isTaken: true })
  const { store, handover } = await open(folder)
  expect(handover?.id).toBe('m1')
  await store.close()
})
