import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { DuckDBJournal } from './duckdb.ts'
import type { StoredRow } from './journal.ts'
import { changesBetween, formatOf, migrated, type Migration, migrations } from './migrations.ts'
import { openState } from './open.ts'
import { silentLog } from './store-log.ts'
import type { TableDefinition } from './store.ts'

interface ThingRow {
  readonly id: string
  readonly size: number
}
const things: TableDefinition<ThingRow, never> = { name: 'things', key: ({ id }) => id, indexes: {} }

/** Made up: in format 2 sizes are thousands, and what has none is no more; in format 3 the table has another name. */
const madeUp: readonly Migration[] = [
  {
    to: 2,
    what: 'sizes are thousands',
    row: row => {
      const { size, ...rest }: ThingRow = JSON.parse(row.body)
      return size === 0 ? undefined : { ...row, body: JSON.stringify({ ...rest, size: size * 1000 }) }
    },
  },
  { to: 3, what: 'articles are called things', row: row => ({ ...row, table: row.table === 'articles' ? 'things' : row.table }) },
]

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-migrations-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Each opening at another time, which snapshots are named by. */
let now = Date.UTC(2026, 0, 31)
const newFolder = (): Promise<string> => mkdtemp(join(root, 'data-'))
const open = (folder: string, known: readonly Migration[]) =>
  openState({ folder, clock: new FakeClock((now += 1000)), log: silentLog, migrations: known })

/** A state of the first format. */
const old = async (): Promise<string> => {
  const folder = await newFolder()
  const { store } = await open(folder, [])
  await store.commit(transaction => {
    for (const [id, size] of [
      ['a', 1],
      ['b', 0],
    ] as const)
      transaction.put(things, { id, size })
  })
  await store.close()
  return folder
}

const rowsIn = async (folder: string, known: readonly Migration[]): Promise<readonly ThingRow[]> => {
  const { store } = await open(folder, known)
  const rows = [...store.table(things).all()]
  await store.close()
  return rows
}

describe('a state of an older format', () => {
  test('is migrated, step by step, and stays so', async () => {
    const folder = await old()
    expect(await rowsIn(folder, madeUp)).toEqual([{ id: 'a', size: 1000 }])
    expect(await rowsIn(folder, madeUp)).toEqual([{ id: 'a', size: 1000 }])
  })

  test('is a snapshot first, which every version from then on takes', async () => {
    const folder = await old()
    const { store, snapshots } = await open(folder, madeUp)
    const [taken] = await snapshots.list()
    expect(taken?.name).toStartWith('before-upgrade-')
    expect(taken?.head?.format).toBe(1)
    expect(await snapshots.read(taken?.name ?? '')).toEqual([{ table: 'things', key: 'a', body: '{"id":"a","size":1000}' }])
    await store.close()
  })

  test('is a snapshot first also where it does not say who wrote it, as the first versions did not', async () => {
    const folder = await newFolder()
    const journal = await DuckDBJournal.open({
      file: join(folder, 'kecs.duckdb'),
      temporaryFolder: join(folder, 'kecs.tmp'),
      keepHistory: 100,
      accept: () => {},
      meta: new Map([['format_version', '1']]),
    })
    await journal.append([{ table: 'things', key: 'a', body: '{"id":"a","size":1}', revision: 1, time: now }])
    await journal.close()
    const { store, snapshots } = await open(folder, [])
    const [taken] = await snapshots.list()
    expect(taken?.name).toStartWith('before-upgrade-')
    await store.close()
    const again = await open(folder, [])
    expect(await again.snapshots.list()).toHaveLength(1)
    await again.store.close()
  })

  test('keeps its history, to which the migration is one more change', async () => {
    const folder = await old()
    const { store, reader } = await open(folder, madeUp)
    const { rows } = await reader.query({
      sql: 'SELECT key, deleted, body FROM history ORDER BY revision, key',
      limit: 10,
      timeoutMs: 10_000,
    })
    expect(rows).toEqual([
      ['a', false, '{"id":"a","size":1}'],
      ['b', false, '{"id":"b","size":0}'],
      ['a', false, '{"id":"a","size":1000}'],
      ['b', true, null],
    ])
    await store.close()
  })

  test('is refused by a kecs that is older than it, with what to do, and left as it is', async () => {
    const folder = await old()
    await rowsIn(folder, madeUp)
    const refusal = await open(folder, []).catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      message: expect.stringContaining('has format 3'),
      remedy: expect.stringContaining('A newer kecs wrote it'),
    })
    expect(await rowsIn(folder, madeUp)).toEqual([{ id: 'a', size: 1000 }])
  })

  test('stays as it was when a migration fails', async () => {
    const folder = await old()
    const failing: Migration = { to: 2, what: 'fails', row: () => JSON.parse('no JSON') }
    expect(await open(folder, [failing]).catch(() => 'refused')).toBe('refused')
    expect(await rowsIn(folder, [])).toEqual([
      { id: 'a', size: 1 },
      { id: 'b', size: 0 },
    ])
    expect(await rowsIn(folder, madeUp)).toEqual([{ id: 'a', size: 1000 }])
  })
})

test('formats are numbered without gaps, from the first released one on', () => {
  expect(migrations.map(({ to }) => to)).toEqual(migrations.map((_, index) => index + 2))
  expect(formatOf([])).toBe(1)
  expect(formatOf(madeUp)).toBe(3)
  expect(() => migrated([], 1, [{ to: 3, what: '', row: row => row }])).toThrow('no way from format 1 to 2')
})

test('a row that moves to another table goes from the one it was in', () => {
  const row: StoredRow = { table: 'articles', key: 'a', body: '{"id":"a","size":1}' }
  expect(changesBetween([row], migrated([row], 2, madeUp))).toEqual([
    { table: 'things', key: 'a', body: '{"id":"a","size":1}' },
    { table: 'articles', key: 'a', body: undefined },
  ])
})
