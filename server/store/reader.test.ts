import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { type OpenedState, openState } from './open.ts'
import { QueryError } from './reader.ts'
import { silentLog } from './store-log.ts'
import { clusters } from './tables.ts'

const begin = Date.UTC(2026, 0, 31, 12)
const clock = new FakeClock(begin)
let folder: string
let state: OpenedState

const clusterRow = (name: string, status: string) => ({
  scope: '123456789012/eu-west-1',
  namespace: `ns-${name}`,
  cluster: { clusterArn: `arn:aws:ecs:eu-west-1:123456789012:cluster/${name}`, clusterName: name, status },
  tags: [],
  createdAt: begin,
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kecs-reader-'))
  state = await openState({ folder, clock, log: silentLog })
  const { store } = state
  await store.commit(transaction => {
    transaction.put(clusters, clusterRow('a', 'ACTIVE'))
    transaction.put(clusters, clusterRow('b', 'ACTIVE'))
  })
  await clock.advance(60_000)
  await store.commit(transaction => transaction.put(clusters, clusterRow('a', 'INACTIVE')))
  await store.commit(transaction => transaction.remove(clusters, clusterRow('b', '').cluster.clusterArn))
})
afterAll(async () => {
  await state.store.close()
  await rm(folder, { recursive: true })
})

const ask = async (sql: string, options: { at?: number; limit?: number; timeoutMs?: number } = {}) =>
  state.reader.query({ sql, limit: 100, timeoutMs: 10_000, ...options })

test('a view shows the newest revision of each row, with its columns', async () => {
  const answer = await ask('SELECT account, region, name, status, changed_at, created_at FROM clusters')
  expect(answer.rows).toEqual([['123456789012', 'eu-west-1', 'a', 'INACTIVE', '2026-01-31 12:01:00', '2026-01-31 12:00:00']])
  expect(answer.isCut).toBe(false)
})

test('the state as it was at a time', async () => {
  expect((await ask('SELECT name, status FROM clusters ORDER BY name', { at: begin + 59_999 })).rows).toEqual([
    ['a', 'ACTIVE'],
    ['b', 'ACTIVE'],
  ])
  expect((await ask('SELECT name FROM clusters', { at: begin - 1 })).rows).toEqual([])
})

test('what has no column is in body; counts are numbers', async () => {
  const { rows, columns } = await ask("SELECT body->>'$.namespace' AS ns, count(*) AS n FROM state GROUP BY ALL")
  expect(rows).toEqual([['ns-a', 1]])
  expect(columns).toEqual([
    { name: 'ns', type: 'VARCHAR' },
    { name: 'n', type: 'BIGINT' },
  ])
})

test('history has every change, removals too', async () => {
  expect((await ask('SELECT deleted FROM history WHERE ends_with(key, $$/b$$) ORDER BY revision')).rows).toEqual([[false], [true]])
})

test('more rows than the limit are cut, and it says so', async () => {
  expect(await ask('SELECT range FROM range(1000)', { limit: 3 })).toMatchObject({ rows: [[0], [1], [2]], isCut: true })
})

test.each([
  ['a change', 'DELETE FROM kecs.revisions'],
  ['a change in a statement that reads', "WITH gone AS (SELECT 1) INSERT INTO kecs.kecs_meta SELECT 'a', 'b' FROM gone"],
  ['two statements', 'SELECT 1; SELECT 2'],
  ['none', '-- nothing'],
  ['settings', "SET memory_limit = '1TB'"],
  ['the end of the transaction', 'COMMIT'],
  ['another database', "ATTACH '/tmp/other.duckdb'"],
  ['a file', "SELECT * FROM read_csv('/etc/passwd')"],
  ['a file that is written', "COPY (SELECT 1) TO '/tmp/kecs-never.csv'"],
  ['an extension', 'INSTALL httpfs'],
  ['an unknown column', 'SELECT nope FROM tasks'],
])('%s is refused', async (_what, sql) => {
  await expect(ask(sql)).rejects.toBeInstanceOf(QueryError)
  expect((await ask('SELECT count(*) FROM kecs.revisions')).rows).toEqual([[4]])
})

test('a query that takes too long is ended', async () => {
  await expect(ask('SELECT count(*) FROM range(100000000), range(100000)', { timeoutMs: 100 })).rejects.toThrow('ended after 0.1 s')
})

test("a resource's revisions by its name or ARN, the newest first", async () => {
  const entries = await state.reader.history('a', 10)
  expect(entries.map(({ row }) => row)).toEqual([clusterRow('a', 'INACTIVE'), clusterRow('a', 'ACTIVE')])
  expect(entries.map(({ time }) => time)).toEqual([begin + 60_000, begin])
  expect(await state.reader.history(clusterRow('b', '').cluster.clusterArn, 1)).toMatchObject([{ table: 'ecs_clusters', row: undefined }])
  expect(await state.reader.history("'; DROP TABLE revisions", 10)).toEqual([])
})

test('when history begins', async () => {
  expect(await state.reader.historyBegins()).toBe(begin)
})
