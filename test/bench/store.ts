// The state: how fast commits become durable, how listings cost, how a start with much history costs.
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../server/store/open.ts'
import { silentLog } from '../../server/store/store-log.ts'
import type { Store, TableDefinition } from '../../server/store/store.ts'
import { systemClock } from '../../shared/clock.ts'
import { figure, mib, ms, spread, title } from './figures.ts'

interface Row {
  readonly id: string
  readonly cluster: string
  readonly body: string
}
const rows: TableDefinition<Row, 'cluster'> = { name: 'bench', key: row => row.id, indexes: { cluster: row => row.cluster } }
/** About as large as a task: 2 kB of JSON. */
const row = (number: number, clusters: number): Row => ({
  id: `arn:aws:ecs:us-east-1:000000000000:task/bench/${String(number).padStart(32, '0')}`,
  cluster: `cluster-${number % clusters}`,
  body: 'lastStatus RUNNING; '.repeat(100) + number,
})

export async function bench(): Promise<void> {
  title(
    'The store',
    'Rows of 2 kB in a folder under the temporary one. One at a time: 500 commits, each awaited. Together: 64 callers,\n' +
      'each awaiting its own, 200 times. Start: 100,000 revisions of 2,000 rows. Memory is that of the whole process.',
  )
  const folder = await mkdtemp(join(tmpdir(), 'kecs-bench-store-'))
  try {
    await benchIn(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function benchIn(folder: string): Promise<void> {
  const open = (): Promise<Store> => openStore({ folder, clock: systemClock, log: silentLog })
  figure('memory before DuckDB is used', mib(process.memoryUsage.rss()))
  const store = await timed('start, nothing there', open)
  figure('memory once open', mib(process.memoryUsage.rss()))
  await benchCommits(store)
  benchListing(store)
  await fill(store)
  figure('memory after 100,000 revisions', mib(process.memoryUsage.rss()))
  await timed('close', () => store.close())
  figure('file', mib((await stat(join(folder, 'kecs.duckdb'))).size))
  const again = await timed('start, 100,000 revisions', async () => {
    const opened = await open()
    opened.table(rows)
    return opened
  })
  await again.close()
}

async function benchCommits(store: Store): Promise<void> {
  const times: number[] = []
  for (let number = 0; number < 500; number++) {
    const started = performance.now()
    await store.commit(tx => tx.put(rows, row(number, 10)))
    times.push(performance.now() - started)
  }
  figure('commit, one at a time', `${rate(500, sum(times))}; ${spread(times)}`)
  const together: number[] = []
  const started = performance.now()
  await Promise.all(
    Array.from({ length: 64 }, async (_, caller) => {
      for (let count = 0; count < 200; count++) {
        const begun = performance.now()
        await store.commit(tx => tx.put(rows, row(caller, 10)))
        together.push(performance.now() - begun)
      }
    }),
  )
  figure('commit, 64 callers', `${rate(64 * 200, performance.now() - started)}; ${spread(together)}`)
}

/** Ten thousand rows in one commit, then pages of 100 of them. */
function benchListing(store: Store): void {
  void store.commit(tx => {
    for (let number = 0; number < 10_000; number++) tx.put(rows, row(number, 1))
  })
  const table = store.table(rows)
  const started = performance.now()
  const pages = 10_000
  for (let page = 0; page < pages; page++) {
    const after = row((page * 7919) % 9_900, 1).id
    let left = 100
    for (const _ of table.by('cluster', 'cluster-0', after)) if (--left === 0) break
  }
  figure('page of 100 out of 10,000 rows', ms((performance.now() - started) / pages))
}

async function fill(store: Store): Promise<void> {
  await store.commit(tx => {
    for (const { id } of store.table(rows).all()) tx.remove(rows, id)
  })
  for (let commit = 0; commit < 100_000 / 200; commit++) {
    await store.commit(tx => {
      for (let count = 0; count < 200; count++) tx.put(rows, row(((commit * 200 + count) % 2_000) + 20_000, 10))
    })
  }
}

async function timed<Answer>(name: string, work: () => Promise<Answer>): Promise<Answer> {
  const started = performance.now()
  const answer = await work()
  figure(name, ms(performance.now() - started))
  return answer
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0)
const rate = (count: number, milliseconds: number): string => `${Math.round((count / milliseconds) * 1000)} a second`
