import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { type Clock, systemClock } from '../../shared/clock.ts'
import { numbers } from './crash.child.ts'
import { DuckDBJournal } from './duckdb.ts'
import { StoreError } from './errors.ts'
import { openStore } from './open.ts'
import { silentLog } from './store-log.ts'
import type { Store, TableDefinition, Transaction } from './store.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-store-'))
})
afterAll(() => rm(root, { recursive: true }))

const newFolder = (): Promise<string> => mkdtemp(join(root, 'data-'))
const openIn = (folder: string, keepHistory?: number): Promise<Store> =>
  openStore({ folder, clock: systemClock, log: silentLog, ...(keepHistory !== undefined && { keepHistory }) })

const failureOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', String)

interface Item {
  readonly id: string
  readonly group: string
  readonly rank: number
  readonly note: string
}
const items: TableDefinition<Item, 'group'> = {
  name: 'items',
  key: item => item.id,
  order: item => `${item.rank} ${item.id}`,
  indexes: { group: item => (item.group === 'none' ? undefined : item.group) },
}
const itemIn = (rank: number, id: string, note = ''): Item => ({ id, group: 'g', rank, note })

type Step = { readonly put: Item } | { readonly remove: string }
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ put: fc.record({ id, group: fc.constantFrom('g', 'h', 'none'), rank: fc.nat(5), note: fc.string({ unit: 'binary' }) }) }),
  fc.record({ remove: id }),
)
const commits = fc.array(fc.record({ steps: fc.array(step, { maxLength: 4 }), fails: fc.boolean(), restart: fc.nat(9) }), { maxLength: 30 })

const apply = (tx: Transaction, steps: readonly Step[]): void => {
  for (const each of steps) {
    if ('put' in each) tx.put(items, each.put)
    else tx.remove(items, each.remove)
  }
}

/** What the tables should show, worked out the plain way. */
const expectModel = (store: Store, model: ReadonlyMap<string, Item>): void => {
  const table = store.table(items)
  const order = (item: Item): string => `${item.rank} ${item.id}`
  const sorted = [...model.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1))
  expect([...table.all()]).toEqual(sorted)
  for (const group of ['g', 'h']) {
    const inGroup = sorted.filter(item => item.group === group)
    expect([...table.by('group', group)]).toEqual(inGroup)
    expect([...table.by('group', group, '2 c')]).toEqual(inGroup.filter(item => order(item) > '2 c'))
    expect(table.count('group', group)).toBe(inGroup.length)
  }
}

test('any commits, failures among them, are there in order after any restarts', async () => {
  await fc.assert(
    fc.asyncProperty(commits, async history => {
      const folder = await newFolder()
      const model = new Map<string, Item>()
      let store = await openIn(folder)
      try {
        for (const { steps, fails, restart } of history) {
          const commit = store.commit(tx => {
            apply(tx, steps)
            if (fails) throw new Error('on purpose')
          })
          await commit.catch(() => {})
          for (const each of fails ? [] : steps) {
            if ('put' in each) model.set(each.put.id, each.put)
            else model.delete(each.remove)
          }
          expectModel(store, model)
          if (restart > 0) continue
          await store.close()
          store = await openIn(folder)
          expectModel(store, model)
        }
      } finally {
        await store.close()
      }
      const reopened = await openIn(folder)
      expectModel(reopened, model)
      await reopened.close()
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('what is cleared stays so over a restart, also tables that nobody asked for', async () => {
  const folder = await newFolder()
  const others: typeof items = { ...items, name: 'others' }
  const first = await openIn(folder)
  await first.commit(tx => {
    tx.put(items, itemIn(1, 'a'))
    tx.put(others, itemIn(1, 'b'))
  })
  await first.close()
  const second = await openIn(folder)
  expect(second.table(items).size).toBe(1)
  const seen: string[] = []
  second.watch(changes => seen.push(...changes.map(({ table, key, after }) => `${table} ${key} ${after === undefined}`)))
  await second.replace([])
  expect(seen).toEqual(['items a true'])
  expect([second.table(items).size, second.table(others).size]).toEqual([0, 0])
  await second.commit(tx => tx.put(items, itemIn(1, 'c')))
  await second.close()
  const third = await openIn(folder)
  expect([...third.table(items).all()]).toEqual([itemIn(1, 'c')])
  expect(third.table(others).size).toBe(0)
  await third.close()
})

test('what was acknowledged survives SIGKILL in the middle of commits', async () => {
  const folder = await newFolder()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'crash.child.ts'), folder], { stdout: 'pipe' })
  let output = ''
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += chunk
    if (output.length > 2000 && child.signalCode === null) child.kill('SIGKILL')
  }
  await child.exited
  // The last line may be cut off: whole lines alone are acknowledgements.
  const acknowledged = output.split('\n').slice(1, -1).map(Number)
  expect(acknowledged.length).toBeGreaterThan(100)
  const store = await openIn(folder)
  const table = store.table(numbers)
  for (const number of acknowledged) expect(table.get(String(number))?.text).toHaveLength(number % 3000)
  await store.close()
}, 30_000)

test('concurrent commits share transactions', async () => {
  const journal = await DuckDBJournal.open({
    file: join(await newFolder(), 'kecs.duckdb'),
    temporaryFolder: '',
    keepHistory: 0,
    accept: () => {},
    meta: new Map(),
  })
  const { JournaledStore } = await import('./journaled-store.ts')
  let appends = 0
  const counting = {
    load: () => journal.load(),
    append: (revisions: Parameters<typeof journal.append>[0]) => {
      appends++
      return journal.append(revisions)
    },
    close: () => journal.close(),
  }
  const store = new JournaledStore({ journal: counting, clock: systemClock, log: silentLog }, await journal.load())
  const requests = Array.from({ length: 100 }, async (_, number) => {
    // As requests do: each in a turn of its own.
    await new Promise(resolve => setImmediate(resolve))
    await store.commit(tx => tx.put(numbers, { number, text: '' }))
  })
  await Promise.all(requests)
  expect(appends).toBeLessThan(10)
  await store.close()
})

test('a second opener is told who has the folder', async () => {
  const folder = await newFolder()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'crash.child.ts'), folder], { stdout: 'pipe' })
  const reader = child.stdout.getReader()
  await reader.read()
  expect(await failureOf(openIn(folder))).toContain(`in use by process ${child.pid} on host `)
  child.kill('SIGKILL')
  await child.exited
  const store = await openIn(folder)
  expect(await failureOf(openIn(folder))).toContain('in use by this very process')
  await store.close()
  const again = await openIn(folder)
  await again.close()
  expect((await readdir(folder)).toSorted()).toEqual(['kecs.duckdb'])
})

test('a newer format is refused and left as it is', async () => {
  const folder = await newFolder()
  const file = join(folder, 'kecs.duckdb')
  const meta = new Map([['format_version', '99']])
  const newer = await DuckDBJournal.open({ file, temporaryFolder: '', keepHistory: 0, accept: () => {}, meta })
  await newer.append([{ revision: 1, time: 0, table: 'future', key: 'k', body: '{}' }])
  await newer.close()
  const before = { content: await readFile(file), modified: (await stat(file)).mtimeMs }
  const refusal = await openIn(folder).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(StoreError)
  expect(String(refusal)).toContain('has format 99')
  expect(await readFile(file)).toEqual(before.content)
  expect((await stat(file)).mtimeMs).toBe(before.modified)
})

test('a file that is no database is refused with a remedy', async () => {
  const folder = await newFolder()
  await Bun.write(join(folder, 'kecs.duckdb'), 'something else'.repeat(1000))
  const refusal = await openIn(folder).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(StoreError)
  expect(refusal instanceof StoreError && refusal.remedy).toContain('backup')
})

test('history is trimmed when opening, and removed rows stay removed', async () => {
  const folder = await newFolder()
  let now = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = { now: () => now++, after: () => () => {} }
  const store = await openStore({ folder, clock, log: silentLog })
  await store.commit(tx => tx.put(items, itemIn(0, 'gone')))
  await store.commit(tx => tx.remove(items, 'gone'))
  await store.commit(tx => tx.put(items, itemIn(0, 'old')))
  await Promise.all(Array.from({ length: 500 }, (_, count) => store.commit(tx => tx.put(items, itemIn(1, 'busy', String(count))))))
  await store.close()

  const trimmed = await openIn(folder, 50)
  expect(Array.from(trimmed.table(items).all(), ({ id: name, note }) => `${name} ${note}`)).toEqual(['old ', 'busy 499'])
  await trimmed.close()
  const journal = await DuckDBJournal.open({
    file: join(folder, 'kecs.duckdb'),
    temporaryFolder: '',
    keepHistory: 1000,
    accept: () => {},
    meta: new Map(),
  })
  expect(await journal.revisionCount()).toBeLessThanOrEqual(52)
  expect((await journal.load()).lastRevision).toBe(503)
  await journal.close()
})
