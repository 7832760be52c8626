import { describe, expect, test } from 'bun:test'
import type { Journal, Revision } from './journal.ts'
import { memoryStore } from './memory.ts'
import type { Change, TableDefinition } from './store.ts'

interface Pet {
  readonly name: string
  readonly kind: string
  readonly age: number
}

const pets: TableDefinition<Pet, 'kind'> = {
  name: 'pets',
  key: pet => pet.name,
  order: pet => `${String(pet.age).padStart(3, '0')} ${pet.name}`,
  indexes: { kind: pet => (pet.kind === '' ? undefined : pet.kind) },
}
const pet = (name: string, kind: string, age: number): Pet => ({ name, kind, age })
const names = (rows: Iterable<Pet>): string => Array.from(rows, row => row.name).join(' ')

const failureOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', String)

/** Holds every append back until the test lets it go. */
class HeldJournal implements Journal {
  readonly appended: (readonly Revision[])[] = []
  #waiting: PromiseWithResolvers<void>[] = []

  async load() {
    return { lastRevision: 0, rows: [] }
  }
  append(revisions: readonly Revision[]): Promise<void> {
    const held = Promise.withResolvers<void>()
    this.appended.push(revisions)
    this.#waiting.push(held)
    return held.promise
  }
  async close() {}
  /** Lets the append that is under way end; waits for one to be. */
  async release(refusal?: Error): Promise<void> {
    while (this.#waiting.length === 0) await Promise.resolve()
    const held = this.#waiting.shift()
    if (refusal === undefined) held?.resolve()
    else held?.reject(refusal)
  }
}

describe('tables', () => {
  test('list in their order, by index, and from behind a row', async () => {
    const store = memoryStore()
    const table = store.table(pets)
    await store.commit(tx => {
      tx.put(pets, pet('tom', 'cat', 9))
      tx.put(pets, pet('rex', 'dog', 10))
      tx.put(pets, pet('kit', 'cat', 2))
      tx.put(pets, pet('nix', '', 5))
    })
    expect(names(table.all())).toBe('kit nix tom rex')
    expect(names(table.all('005 nix'))).toBe('tom rex')
    expect(names(table.all('006'))).toBe('tom rex')
    expect(names(table.by('kind', 'cat'))).toBe('kit tom')
    expect(names(table.by('kind', 'cat', '002 kit'))).toBe('tom')
    expect(names(table.by('kind', 'bird'))).toBe('')
    expect([table.count('kind', 'cat'), table.count('kind', ''), table.size]).toEqual([2, 0, 4])
  })

  test('move a row whose order and index change', async () => {
    const store = memoryStore()
    const table = store.table(pets)
    await store.commit(tx => {
      tx.put(pets, pet('tom', 'cat', 9))
      tx.put(pets, pet('rex', 'dog', 10))
      tx.put(pets, pet('tom', 'dog', 11))
    })
    expect(names(table.all())).toBe('rex tom')
    expect(names(table.by('kind', 'dog'))).toBe('rex tom')
    expect(table.count('kind', 'cat')).toBe(0)
  })

  test('refuse two rows of one order', async () => {
    const store = memoryStore()
    const clashing: TableDefinition<Pet> = { name: 'clashing', key: row => row.name, order: row => row.kind }
    const commit = store.commit(tx => {
      tx.put(clashing, pet('tom', 'cat', 9))
      tx.put(clashing, pet('kit', 'cat', 2))
    })
    expect(await failureOf(commit)).toContain('rows tom and kit have the same order, cat')
    expect(store.table(clashing).size).toBe(0)
  })

  test('may change while they are listed', async () => {
    const store = memoryStore()
    const table = store.table(pets)
    await store.commit(tx => {
      for (const name of ['a', 'b', 'c', 'd']) tx.put(pets, pet(name, 'cat', 1))
    })
    const seen: string[] = []
    for (const row of table.by('kind', 'cat')) {
      seen.push(row.name)
      void store.commit(tx => tx.remove(pets, row.name))
    }
    expect(seen.join(' ')).toBe('a b c d')
    expect(table.size).toBe(0)
  })
})

describe('a commit', () => {
  test('is visible at once and resolves with the answer when it is durable', async () => {
    const journal = new HeldJournal()
    const store = memoryStore({ journal })
    let durable = false
    const commit = store.commit(tx => {
      tx.put(pets, pet('tom', 'cat', 9))
      return 'answer'
    })
    void commit.then(() => (durable = true))
    expect(store.table(pets).get('tom')?.age).toBe(9)
    await Promise.resolve()
    expect(durable).toBe(false)
    await journal.release()
    expect(await commit).toBe('answer')
  })

  test('that throws changes nothing, whatever it had done', async () => {
    const store = memoryStore()
    await store.commit(tx => {
      tx.put(pets, pet('tom', 'cat', 9))
      tx.put(pets, pet('kit', 'cat', 2))
    })
    const seen: Change[] = []
    store.watch(changes => seen.push(...changes))
    const commit = store.commit(tx => {
      // Exchanges the orders of two rows by way of a third.
      tx.remove(pets, 'tom')
      tx.put(pets, pet('kit', 'dog', 9))
      tx.put(pets, pet('new', 'dog', 2))
      throw new Error('changed my mind')
    })
    expect(await failureOf(commit)).toContain('changed my mind')
    expect(names(store.table(pets).all())).toBe('kit tom')
    expect(names(store.table(pets).by('kind', 'cat'))).toBe('kit tom')
    expect(seen).toEqual([])
  })

  test('must be synchronous and keeps its transaction to itself', async () => {
    const store = memoryStore()
    expect(await failureOf(store.commit(async tx => tx.put(pets, pet('tom', 'cat', 9))))).toContain('must be synchronous')
    expect(store.table(pets).size).toBe(0)
    const leaked = await store.commit(tx => tx)
    expect(() => leaked.put(pets, pet('tom', 'cat', 9))).toThrow('after its change had returned')
  })

  test('shares an append with all that arrived while another was under way', async () => {
    const journal = new HeldJournal()
    const store = memoryStore({ journal })
    const first = store.commit(tx => tx.put(pets, pet('first', 'cat', 0)))
    await Promise.resolve()
    const rest = Array.from({ length: 100 }, (_, age) => store.commit(tx => tx.put(pets, pet(`p${age}`, 'cat', age))))
    await journal.release()
    await first
    await journal.release()
    await Promise.all(rest)
    expect(journal.appended.map(revisions => revisions.length)).toEqual([1, 100])
  })

  test('that changes nothing waits for what it may have read', async () => {
    const journal = new HeldJournal()
    const store = memoryStore({ journal })
    const writing = store.commit(tx => tx.put(pets, pet('tom', 'cat', 9)))
    const reading = store.commit(() => store.table(pets).get('tom'))
    const outcomes = Promise.allSettled([writing, reading])
    await journal.release(new Error('disk full'))
    expect((await outcomes).map(outcome => outcome.status)).toEqual(['rejected', 'rejected'])
  })
})

describe('a refusing disk', () => {
  test('undoes the change and all later ones in reverse, and the store goes on', async () => {
    const journal = new HeldJournal()
    const store = memoryStore({ journal })
    const kept = store.commit(tx => tx.put(pets, pet('tom', 'cat', 1)))
    await journal.release()
    await kept
    const seen: string[] = []
    store.watch(changes => seen.push(...changes.map(({ key, after }) => `${key}:${after === undefined ? '' : JSON.stringify(after)}`)))
    const refused = store.commit(tx => tx.put(pets, pet('tom', 'cat', 2)))
    await Promise.resolve()
    const later = store.commit(tx => {
      tx.put(pets, pet('tom', 'cat', 3))
      tx.put(pets, pet('kit', 'cat', 4))
    })
    expect(store.table(pets).get('tom')?.age).toBe(3)
    seen.length = 0
    const outcomes = Promise.allSettled([refused, later])
    await journal.release(new Error('no space left on device'))
    expect((await outcomes).map(outcome => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(await failureOf(refused)).toContain('could not be written')
    expect(store.table(pets).get('tom')?.age).toBe(1)
    expect(store.table(pets).get('kit')).toBeUndefined()
    expect(seen.map(text => text.slice(0, 4))).toEqual(['tom:', 'kit:', 'tom:'])
    expect(seen[0]).toContain('"age":2')
    expect(seen[2]).toContain('"age":1')

    const next = store.commit(tx => tx.put(pets, pet('rex', 'dog', 7)))
    await journal.release()
    await next
    expect(names(store.table(pets).all())).toBe('tom rex')
  })

  test('keeps what a watcher commits when it is told that changes were undone', async () => {
    const journal = new HeldJournal()
    const store = memoryStore({ journal })
    await Promise.all([store.commit(tx => tx.put(pets, pet('tom', 'cat', 1))), journal.release()])
    let answered: Promise<void> | undefined
    const first = store.commit(tx => tx.put(pets, pet('tom', 'cat', 2)))
    const second = store.commit(tx => tx.put(pets, pet('tom', 'cat', 3)))
    const seen: (number | undefined)[] = []
    store.watch(() => {
      seen.push(store.table(pets).get('tom')?.age)
      answered ??= store.commit(tx => tx.put(pets, pet('tom', 'cat', 10)))
    })
    const refused = Promise.all([failureOf(first), failureOf(second)])
    await journal.release(new Error('no space left on device'))
    expect((await refused).every(each => each.includes('could not be written'))).toBe(true)
    await journal.release()
    await answered
    // All is back before anybody is told.
    expect(seen[0]).toBe(1)
    expect(store.table(pets).get('tom')?.age).toBe(10)
    const numbers = journal.appended.at(-1)?.map(({ revision, body }) => [revision, body?.includes('10')]) ?? []
    // What is committed last is the newest: the highest number is the state at the next start.
    expect(numbers.toSorted(([one], [other]) => Number(one) - Number(other)).at(-1)?.[1]).toBe(true)
  })

  test('is trouble until something is written, be it what is to be said again', async () => {
    const journal = new HeldJournal()
    const store = memoryStore({ journal })
    expect(await store.trouble()).toBeUndefined()
    const refused = failureOf(store.commit(tx => tx.put(pets, pet('tom', 'cat', 1))))
    await journal.release(new Error('no space left on device'))
    expect(await refused).toContain('could not be written')
    const still = store.trouble()
    await journal.release(new Error('still no space'))
    expect(await still).toBe('still no space')

    // Who changes something meanwhile waits for the one append that may be under way.
    const over = store.trouble()
    const next = store.commit(tx => tx.put(pets, pet('rex', 'dog', 7)))
    await journal.release()
    expect(await over).toBeUndefined()
    await journal.release()
    await next
    expect(journal.appended.slice(-2).map(group => group.map(({ key }) => key))).toEqual([['tom'], ['rex']])
    expect(names(store.table(pets).all())).toBe('rex')
  })

  test('is told again what memory was put back to, since it may have kept what it refused', async () => {
    const journal = new HeldJournal()
    const store = memoryStore({ journal })
    const refused = [store.commit(tx => tx.put(pets, pet('tom', 'cat', 2))), store.commit(tx => tx.put(pets, pet('tom', 'cat', 3)))]
    await journal.release(new Error('input/output error'))
    await Promise.allSettled(refused)
    const next = store.commit(tx => tx.put(pets, pet('rex', 'dog', 7)))
    await journal.release()
    await next
    const last = journal.appended.at(-1) ?? []
    expect(last.map(({ key, body }) => [key, body === undefined])).toEqual([
      ['tom', true],
      ['rex', false],
    ])
    const numbers = journal.appended.flat().map(({ revision }) => revision)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  })
})

describe('a watcher', () => {
  test('sees changes in the order they were made, also when a watcher commits', async () => {
    const store = memoryStore()
    const seen: string[] = []
    store.watch(changes => {
      if (changes.some(({ key }) => key === 'tom')) void store.commit(tx => tx.put(pets, pet('kit', 'cat', 2)))
    })
    const end = store.watch(changes => seen.push(...changes.map(({ key }) => key)))
    await store.commit(tx => tx.put(pets, pet('tom', 'cat', 9)))
    expect(seen).toEqual(['tom', 'kit'])
    end()
    await store.commit(tx => tx.remove(pets, 'tom'))
    expect(seen).toEqual(['tom', 'kit'])
  })

  test('that fails harms neither the commit nor the others', async () => {
    const store = memoryStore()
    const seen: string[] = []
    store.watch(() => {
      throw new Error('watcher')
    })
    store.watch(changes => seen.push(...changes.map(({ key }) => key)))
    await store.commit(tx => tx.put(pets, pet('tom', 'cat', 9)))
    expect(seen).toEqual(['tom'])
  })
})
