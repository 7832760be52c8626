import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { FakeClock } from '../../test/support/fake-clock.ts'
import type { StoredRow } from './journal.ts'
import { openState } from './open.ts'
import { silentLog } from './store-log.ts'
import { Snapshots } from './snapshots.ts'
import { clusters } from './tables.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-snapshots-'))
})
afterAll(() => rm(root, { recursive: true }))

const newFolder = (): Promise<string> => mkdtemp(join(root, 'data-'))
const clock = new FakeClock(Date.UTC(2026, 0, 31, 12))
const snapshotsIn = (folder: string, keepAutomatic?: number) =>
  new Snapshots({ folder, instance: 'test', clock, ...(keepAutomatic === undefined ? {} : { keepAutomatic }) })
const rowOf = (key: string, value: unknown = 1): StoredRow => ({ table: 't', key, body: JSON.stringify({ value }) })

describe('files', () => {
  test('any rows come back as they were', async () => {
    const snapshots = snapshotsIn(await newFolder())
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u2028', '\r\n', '"', '__proto__', ''))
    const rows = fc.array(fc.record({ table: text, key: text, body: fc.dictionary(text, fc.jsonValue()).map(row => JSON.stringify(row)) }))
    let count = 0
    await fc.assert(
      fc.asyncProperty(rows, async given => {
        const name = `s${count++}`
        await snapshots.take(given, { name })
        expect((await snapshots.read(name)).map(({ table, key, body }) => [table, key, JSON.parse(body)])).toEqual(
          given.map(({ table, key, body }) => [table, key, JSON.parse(body)]),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('says what it is', async () => {
    const snapshots = snapshotsIn(await newFolder())
    const taken = await snapshots.take([rowOf('a')])
    expect(taken).toMatchObject({
      name: '2026-01-31T12-00-00.000Z',
      rows: 1,
      head: { kecs: 'snapshot', format: 1, instance: 'test', takenAt: '2026-01-31T12:00:00.000Z', reason: 'manual' },
    })
    expect(await snapshots.list()).toEqual([expect.objectContaining({ name: taken.name, bytes: taken.bytes, head: taken.head })])
  })

  test('what was being written when a process was killed is gone once the folder is opened anew', async () => {
    const folder = await newFolder()
    const { file } = await snapshotsIn(folder).take([rowOf('a')], { name: 'whole' })
    await writeFile(`${file}.0f0e.partial`, 'half')
    await writeFile(`${file}.arriving`, 'half')
    await (await openIn(folder)).store.close()
    expect(await readdir(join(folder, 'snapshots'))).toEqual(['whole.kecs-snapshot'])
  })

  test('one that is cut off anywhere, or of which a byte is another, is refused', async () => {
    const snapshots = snapshotsIn(await newFolder())
    const { file } = await snapshots.take(
      Array.from({ length: 20 }, (_, index) => rowOf(`k${index}`, 'x'.repeat(index))),
      { name: 'whole' },
    )
    const whole = await readFile(file)
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(file, whole)
      await truncate(file, length)
      await expect(snapshots.read('whole')).rejects.toThrow('no whole snapshot')
    }
    const plain = gunzipSync(whole)
    for (let at = 0; at < plain.length; at += 11) {
      const bad = Buffer.from(plain)
      bad[at] = (bad[at] ?? 0) ^ 1
      await writeFile(file, gzipSync(bad))
      await expect(snapshots.read('whole')).rejects.toThrow()
    }
    await expect(snapshots.add('other', gzipSync(plain.subarray(0, -10)))).rejects.toThrow('other is no whole snapshot')
    expect((await readdir(join(file, '..'))).sort()).toEqual(['whole.kecs-snapshot'])
  })

  test('one of a newer kecs is refused with what to do', async () => {
    const snapshots = snapshotsIn(await newFolder())
    const { file } = await snapshots.take([], { name: 'new' })
    const lines = gunzipSync(await readFile(file))
      .toString()
      .replace('"format":1', '"format":99')
      .replace(/"version":"[^"]*"/, '"version":"9.9.9"')
    await writeFile(file, gzipSync(lines))
    await expect(snapshots.read('new')).rejects.toMatchObject({ remedy: 'kecs 9.9.9 wrote it: use that version or a newer one.' })
  })

  test('names: taken ones, unknown ones and those that leave the folder are refused', async () => {
    const snapshots = snapshotsIn(await newFolder())
    await snapshots.take([], { name: 'once' })
    await expect(snapshots.take([], { name: 'once' })).rejects.toThrow('There is a snapshot once.')
    await expect(snapshots.read('twice')).rejects.toMatchObject({
      message: 'There is no snapshot twice.',
      remedy: 'The newest one is once.',
    })
    for (const name of ['../up', '', '.hidden', 'a/b', 'x'.repeat(101)])
      await expect(snapshots.take([], { name })).rejects.toThrow('cannot name')
  })

  test('of those that nobody asked for the newest are kept', async () => {
    const snapshots = snapshotsIn(await newFolder(), 2)
    await snapshots.take([], { name: 'mine' })
    for (let round = 0; round < 4; round++) {
      await clock.advance(1000)
      await snapshots.takeBefore('restore', [])
    }
    const names = (await snapshots.list()).map(({ name }) => name)
    expect(names).toHaveLength(3)
    expect(names).toContain('mine')
    expect(names[0]).toBe(`before-restore-${new Date(clock.now()).toISOString().replaceAll(':', '-')}`)
  })
})

const aCluster = (name: string) => ({
  scope: '000000000000/us-east-1',
  namespace: name,
  cluster: { clusterArn: `arn:aws:ecs:us-east-1:000000000000:cluster/${name}`, clusterName: name, status: 'ACTIVE' },
  tags: [],
  createdAt: 0,
})

const openIn = (folder: string) => openState({ folder, clock, log: silentLog })
const namesIn = async (folder: string): Promise<string[]> => {
  const { store } = await openIn(folder)
  const names = Array.from(store.table(clusters).all(), ({ cluster }) => cluster.clusterName)
  await store.close()
  return names
}

describe('a state', () => {
  test('replaced in one commit, tables that nobody has asked for too', async () => {
    const folder = await newFolder()
    const first = await openIn(folder)
    await first.store.commit(transaction => {
      transaction.put(clusters, aCluster('a'))
      transaction.put(clusters, aCluster('b'))
    })
    const rows = [...(await first.store.dump())]
    await first.store.commit(transaction => {
      transaction.remove(clusters, aCluster('a').cluster.clusterArn)
      transaction.put(clusters, aCluster('c'))
    })
    await first.store.replace(rows)
    expect(Array.from(first.store.table(clusters).all(), ({ namespace }) => namespace)).toEqual(['a', 'b'])
    await first.store.close()
    const second = await openIn(folder)
    await second.store.replace([...rows, rowOf('unknown')])
    expect([...(await second.store.dump())].map(({ key }) => key)).toContain('unknown')
    await second.store.close()
    expect(await namesIn(folder)).toEqual(['a', 'b'])
  })

  test('a damaged file is found, kept as it is, and the newest snapshot is offered; the order brings it back', async () => {
    const folder = await newFolder()
    const opened = await openIn(folder)
    await opened.store.commit(transaction => transaction.put(clusters, aCluster('kept')))
    const { name } = await opened.snapshots.take(await opened.store.dump())
    await opened.store.commit(transaction => transaction.put(clusters, aCluster('lost')))
    // A newer one whose head can be read and whose end is cut off is not good.
    await clock.advance(1000)
    const newer = await opened.snapshots.take(await opened.store.dump())
    await truncate(newer.file, newer.bytes - 20)
    await opened.store.close()
    const file = join(folder, 'kecs.duckdb')
    const bytes = await readFile(file)
    bytes.fill(0x55, 4096)
    await writeFile(file, bytes)
    await expect(openIn(folder)).rejects.toMatchObject({ remedy: expect.stringContaining(`kecs snapshot restore ${name}`) })
    expect(await readFile(file)).toEqual(bytes)

    await writeFile(join(folder, 'kecs.restore.json'), JSON.stringify({ snapshot: name }))
    expect(await namesIn(folder)).toEqual(['kept'])
    const files = await readdir(folder)
    expect(files).not.toContain('kecs.restore.json')
    const aside = files.find(each => each.startsWith('kecs.duckdb.replaced-')) ?? ''
    expect(await readFile(join(folder, aside))).toEqual(bytes)
    expect(await namesIn(folder)).toEqual(['kept'])
  })

  test('an order that was cut off after any step is carried out anew', async () => {
    const folder = await newFolder()
    const opened = await openIn(folder)
    await opened.store.commit(transaction => transaction.put(clusters, aCluster('kept')))
    const { name } = await opened.snapshots.take(await opened.store.dump())
    await opened.store.close()
    // After the file was put aside and another was begun in its place.
    await writeFile(join(folder, 'kecs.restore.json'), JSON.stringify({ snapshot: name, isPutAside: true }))
    await writeFile(join(folder, 'kecs.duckdb'), 'half')
    expect(await namesIn(folder)).toEqual(['kept'])
    // A snapshot that is not there leaves all as it was.
    await writeFile(join(folder, 'kecs.restore.json'), JSON.stringify({ snapshot: 'nowhere' }))
    await expect(openIn(folder)).rejects.toThrow('There is no snapshot nowhere.')
    await rm(join(folder, 'kecs.restore.json'))
    expect(await namesIn(folder)).toEqual(['kept'])
  })

  test('what another version wrote is a snapshot first', async () => {
    const folder = await newFolder()
    const { DuckDBJournal } = await import('./duckdb.ts')
    const opened = await openIn(folder)
    await opened.store.commit(transaction => transaction.put(clusters, aCluster('old')))
    await opened.store.close()
    const journal = await DuckDBJournal.open({
      file: join(folder, 'kecs.duckdb'),
      temporaryFolder: folder,
      keepHistory: 100,
      accept: () => undefined,
      meta: new Map(),
    })
    await journal.setWrittenBy('0.0.1')
    await journal.close()
    const upgraded = await openIn(folder)
    const [snapshot] = await upgraded.snapshots.list()
    expect(snapshot?.head?.reason).toBe('before upgrade')
    expect((await upgraded.snapshots.read(snapshot?.name ?? '')).map(({ key }) => key)).toEqual([aCluster('old').cluster.clusterArn])
    await upgraded.store.close()
    const again = await openIn(folder)
    expect(await again.snapshots.list()).toHaveLength(1)
    await again.store.close()
  })
})
