// A migration with a failure injected at every step, before and after what it does, and with this program killed there.
import { describe, expect, test } from 'bun:test'
import { CliError, messageOf } from '../../shared/errors.ts'
import { migrate, type MigrationParts, type MigrationState, type Side, type Sides, type Tables } from './migration.ts'

class Killed extends Error {}

type Call = keyof Sides
type Fault = { readonly at: number; readonly when: 'before' | 'after'; readonly how: 'fails' | 'killed' | 'interrupted' }

/** Two sides over one folder, and clients that write through the gateway whenever something happens. */
class World implements Sides {
  readonly running = new Set<Side>()
  remembered: Side
  leads: Side
  held: string | undefined
  /** What is on disk, and what clients were told is. */
  readonly disk: string[] = []
  readonly acknowledged: string[] = []
  left: { readonly id: string; readonly tables: Tables } | undefined
  readonly found = new Map<Side, { readonly id: string; readonly tables: Tables }>()
  journal: MigrationState | undefined
  readonly calls: Call[] = []
  #faults: readonly Fault[]
  #isDead = false
  interrupt = new AbortController()

  constructor(from: Side, ...faults: readonly Fault[]) {
    this.running.add(from)
    this.remembered = from
    this.leads = from
    this.#faults = faults
  }

  get #tables(): Tables {
    return { rows: { rows: this.disk.length, sha256: this.disk.join(' ') } }
  }

  #write(): void {
    if (!this.running.has(this.leads) || this.held !== undefined) return
    const row = `row-${this.disk.length}`
    this.disk.push(row)
    this.acknowledged.push(row)
  }

  async #call<T>(name: Call, work: () => T): Promise<T> {
    if (this.#isDead) throw new Killed()
    this.#write()
    const at = this.calls.push(name) - 1
    const strike = (when: Fault['when']): void => {
      const fault = this.#faults.find(each => each.at === at && each.when === when)
      if (fault === undefined) return
      const { how } = fault
      this.#faults = this.#faults.filter(each => each !== fault)
      if (how === 'killed') {
        this.#isDead = true
        throw new Killed()
      }
      if (how === 'interrupted') return this.interrupt.abort(new CliError('Interrupted.', '', { exitCode: 130 }))
      throw new CliError(`${name} failed ${when} it did anything.`, '')
    }
    strike('before')
    const answer = work()
    strike('after')
    return answer
  }

  isRunning = (side: Side) => this.#call('isRunning', () => this.running.has(side))
  hold = (side: Side, id: string) =>
    this.#call('hold', () => {
      expect(this.running.has(side)).toBe(true)
      this.held = id
      this.left = { id, tables: this.#tables }
      return { tables: this.#tables, snapshot: 'before-migration-1' }
    })
  release = () => this.#call('release', () => void ((this.held = undefined), (this.left = undefined)))
  end = (side: Side) =>
    this.#call('end', () => {
      if (this.running.delete(side)) this.held = undefined
    })
  remember = (side: Side) => this.#call('remember', () => void (this.remembered = side))
  start = (side: Side) =>
    this.#call('start', () => {
      if (this.running.has(side)) return
      this.running.add(side)
      // The state has one writer: a second one would be refused by its lock.
      expect([...this.running]).toEqual([side])
      if (this.left === undefined) return
      if (!this.found.has(side)) expect(this.#tables).toEqual(this.left.tables)
      this.found.set(side, this.left)
      this.left = undefined
    })
  taken = (side: Side) => this.#call('taken', () => this.found.get(side))
  lead = (side: Side) => this.#call('lead', () => void (this.leads = side))

  parts(): MigrationParts {
    return {
      name: 'kecs',
      sides: this,
      keep: async state => {
        if (this.#isDead) throw new Killed()
        this.journal = state
      },
      show: (_title, work) => work(),
      signal: this.interrupt.signal,
      backSignal: () => new AbortController().signal,
    }
  }

  /** The next run of this program. */
  revive(): void {
    this.#isDead = false
    this.interrupt = new AbortController()
  }

  /** One side works, other commands know which, the gateway leads there, and nothing that was acknowledged is gone. */
  expectWhole(side: Side): void {
    expect([...this.running]).toEqual([side])
    expect(this.remembered).toBe(side)
    expect(this.leads).toBe(side)
    expect(this.held).toBeUndefined()
    expect(this.journal).toBeUndefined()
    expect(this.disk).toEqual(this.acknowledged)
    this.#write()
    expect(this.disk.length).toBeGreaterThan(0)
  }
}

const begin = (from: Side, to: Side): MigrationState => ({
  id: 'm1',
  from,
  to,
  legacy: { ports: { first: 9200, last: 9204 } },
  direction: 'there',
  begun: [],
})

const ways = [
  ['legacy', 'in-cluster'],
  ['in-cluster', 'legacy'],
] as const

describe.each(ways)('from %s to %s', (from, to) => {
  test('the other side works at the end', async () => {
    const world = new World(from)
    await migrate(begin(from, to), world.parts())
    world.expectWhole(to)
  })

  const count = 9
  test('all calls are among those at which faults are injected', async () => {
    const world = new World(from)
    await migrate(begin(from, to), world.parts())
    expect(world.calls.length).toBeLessThanOrEqual(count)
  })

  const places = Array.from({ length: count }, (_, at) => (['before', 'after'] as const).map(when => ({ at, when }))).flat()

  test.each(places)('a failure at call $at, $when it: the old side works again, or it was done', async ({ at, when }) => {
    const world = new World(from, { at, when, how: 'fails' })
    const outcome = await migrate(begin(from, to), world.parts()).then(
      () => 'moved',
      (error: unknown) => error,
    )
    if (outcome === 'moved') return world.expectWhole(to)
    expect(outcome).toBeInstanceOf(CliError)
    expect(String(outcome)).toContain('was not moved')
    world.expectWhole(from)
  })

  test.each(places)('an interrupt at call $at, $when it: the old side works again, or it was done', async ({ at, when }) => {
    const world = new World(from, { at, when, how: 'interrupted' })
    const outcome = await migrate(begin(from, to), world.parts()).then(
      () => 'moved' as const,
      (error: unknown) => (error instanceof CliError ? error.exitCode : error),
    )
    if (outcome === 'moved') return world.expectWhole(to)
    expect(outcome).toBe(130)
    world.expectWhole(from)
  })

  test.each(places)('killed at call $at, $when it: at most one side runs, and the next run finishes', async ({ at, when }) => {
    const world = new World(from, { at, when, how: 'killed' })
    await migrate(begin(from, to), world.parts()).catch((error: unknown) => expect(error).toBeInstanceOf(Killed))
    expect(world.running.size).toBeLessThanOrEqual(1)
    world.revive()
    if (world.journal !== undefined) await migrate(world.journal, world.parts())
    world.expectWhole(to)
  })

  test.each(places.flatMap(first => places.map(second => [first, second] as const)))(
    'a failure at %j, and killed %j calls into going back: the next run goes back to the end',
    async (first, second) => {
      const world = new World(from, { ...first, how: 'fails' }, { at: first.at + 1 + second.at, when: second.when, how: 'killed' })
      const outcome = await migrate(begin(from, to), world.parts()).then(
        () => 'moved' as const,
        (error: unknown) => error,
      )
      if (outcome === 'moved') return world.expectWhole(to)
      expect(world.running.size).toBeLessThanOrEqual(1)
      world.revive()
      if (world.journal !== undefined) {
        const again = await migrate(world.journal, world.parts()).then(
          () => 'moved' as const,
          () => 'back' as const,
        )
        return world.expectWhole(again === 'moved' ? to : from)
      }
      world.expectWhole(from)
    },
  )
})

test.each(ways)('from %s to %s: killed while the old side ends, which answers no more when the next run comes', async (from, to) => {
  const world = new World(from)
  // The side was told to end, and takes its time.
  const killed: Sides = Object.assign(Object.create(world), { end: async () => Promise.reject(new Killed()) })
  const keep = async (state: MigrationState | undefined): Promise<void> => {
    if (state?.direction !== 'back') world.journal = state
    else throw new Killed()
  }
  await migrate(begin(from, to), { ...world.parts(), sides: killed, keep }).catch((error: unknown) => expect(error).toBeInstanceOf(Killed))
  const ending: Sides = Object.assign(Object.create(world), { hold: async () => Promise.reject(new CliError('It does not answer.', '')) })
  await migrate(world.journal ?? begin(from, to), { ...world.parts(), sides: ending })
  world.expectWhole(to)
})

test('a new side with another state is no new side', async () => {
  const world = new World('legacy')
  const sides: Sides = Object.assign(Object.create(world), { taken: async () => ({ id: 'm1', tables: {} }) })
  const failure = await migrate(begin('legacy', 'in-cluster'), { ...world.parts(), sides }).catch(messageOf)
  expect(failure).toContain('other rows in rows')
  world.expectWhole('legacy')
})

test('where neither side starts, why the old one does not is told with the last lines of its log', async () => {
  const world = new World('legacy')
  const start = async (side: Side): Promise<never> =>
    Promise.reject(new CliError(`${side} ended at once.`, '', { details: ['the port is taken'] }))
  const sides: Sides = Object.assign(Object.create(world), { start })
  const failure = await migrate(begin('legacy', 'in-cluster'), { ...world.parts(), sides }).catch((error: unknown) => error)
  expect(String(failure)).toContain('could not be moved (in-cluster ended at once.), nor be started again')
  expect(failure).toMatchObject({ details: ['the port is taken'] })
})
