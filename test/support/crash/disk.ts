import type { Journal, JournalContents, Revision } from '../../../server/store/journal.ts'
import type { Clock } from '../../../shared/clock.ts'
import { type Fate, type Trouble, never } from './fate.ts'
import type { Seeded } from './seeded.ts'

/** A disk that outlives control planes: transactions are there whole or not at all, as DuckDB's are. */
export class CrashDisk {
  /** All that was ever written, oldest first. */
  readonly history: Revision[] = []
  readonly offences: string[] = []
  #last = 0
  readonly #newest = new Map<string, Revision>()

  write(revisions: readonly Revision[]): void {
    for (const each of revisions) {
      this.history.push(each)
      this.#last = Math.max(this.#last, each.revision)
      const id = `${each.table} ${each.key}`
      const { revision = 0, body } = this.#newest.get(id) ?? {}
      // The highest number is the state, whichever was written last.
      if (each.revision >= revision) this.#newest.set(id, each)
      else if (each.body !== body) this.offences.push(`revision ${each.revision} of ${each.key} was written after ${revision}`)
    }
  }

  /** The JSON of a row as it is now; undefined where there is none. */
  body(table: string, key: string): string | undefined {
    return this.#newest.get(`${table} ${key}`)?.body
  }

  /** The JSON of every row of a table, by key. */
  bodies(table: string): ReadonlyMap<string, string> {
    const rows = [...this.#newest.values()].filter(each => each.table === table)
    return new Map(rows.flatMap(({ key, body }) => (body === undefined ? [] : [[key, body]])))
  }

  contents(): JournalContents {
    const rows = [...this.#newest.values()].flatMap(({ table, key, body }) => (body === undefined ? [] : [{ table, key, body }]))
    return { lastRevision: this.#last, rows }
  }
}

interface JournalParts {
  readonly disk: CrashDisk
  readonly fate: Fate
  readonly trouble: Trouble
  readonly clock: Clock
  readonly random: Seeded
}

/** The way to the disk in one life. A write takes up to 20 ms now and then; one that death interrupts is there or is not. */
export class CrashJournal implements Journal {
  readonly #parts: JournalParts

  constructor(parts: JournalParts) {
    this.#parts = parts
  }

  async load(): Promise<JournalContents> {
    return this.#parts.disk.contents()
  }

  async append(revisions: readonly Revision[]): Promise<void> {
    const { disk, fate, trouble, clock, random } = this.#parts
    if (fate.ends('before a write')) return never()
    if (fate.isDue('during a write')) {
      // The others go on for a while with what is in memory only.
      clock.after(random.below(200), () => fate.end())
      if (random.chance(0.5)) disk.write(revisions)
      return never()
    }
    if (random.chance(0.3)) await new Promise<void>(resolve => clock.after(1 + random.below(20), resolve))
    if (fate.isDead) return never()
    await trouble.through(0.03, () => disk.write(revisions))
    return fate.ends('after a write') ? never() : undefined
  }

  async close(): Promise<void> {}
}
