import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { measured } from '../../shared/tracing.ts'
import type { ChangeSet } from './change-set.ts'
import { StoreError } from './errors.ts'
import type { Journal, Revision } from './journal.ts'
import type { StoreLog } from './store-log.ts'

/** A commit that is applied in memory and on its way to the journal. */
export interface Commit {
  readonly changes: ChangeSet
  /** What the journal shall hold of it; empty for a commit that changed nothing. */
  readonly revisions: readonly Revision[]
}

interface Waiting extends Commit {
  readonly resolve: () => void
  readonly reject: (error: StoreError) => void
}

export interface CommitQueueOptions {
  readonly journal: Journal
  readonly clock: Clock
  readonly log: StoreLog
  /** The next number for a commit. */
  readonly nextRevision: () => number
  /** Takes commits back in memory, the newest of which is the first, before any promise rejects. */
  readonly undo: (commits: readonly ChangeSet[]) => void
}

/** Group commit: one append is under way at a time, and what arrives meanwhile goes into the next one together. */
export class CommitQueue {
  readonly #options: CommitQueueOptions
  #waiting: Waiting[] = []
  /**
   * A rejected append may be on disk all the same. What memory was put back to is therefore said again ahead of the
   * next one, so that a restart does not bring back what a caller was told had failed.
   */
  readonly #repairs = new Map<string, Revision>()
  #writing: Promise<void> | undefined
  /** What the journal said when it refused; undefined since it took something. */
  #trouble: string | undefined

  constructor(options: CommitQueueOptions) {
    this.#options = options
  }

  /**
   * Resolves when the commit and all before it are durable. Rejects with a `StoreError` when the journal refuses it
   * or one before it; it is undone then.
   */
  push(commit: Commit): Promise<void> {
    return measured(
      'store',
      'commit',
      () => ({ name: 'store commit', kind: 'internal', attributes: { 'kecs.rows': commit.revisions.length } }),
      () =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ ...commit, resolve, reject })
          this.#writing ??= this.#write()
        }),
    )
  }

  /**
   * Why the journal takes nothing, such as a full disk; undefined where it does. Where nobody else writes, what is to be
   * said again is tried first: trouble that is over is to be seen without a caller who risks a change.
   */
  async trouble(): Promise<string | undefined> {
    if (this.#repairs.size > 0 && this.#writing === undefined) {
      const tried = this.#sayAgain()
      this.#writing = tried.then(() => this.#write())
      await tried
    }
    return this.#trouble
  }

  async #sayAgain(): Promise<void> {
    try {
      await this.#options.journal.append(this.#repairs.values().toArray())
      this.#repairs.clear()
      this.#trouble = undefined
      this.#options.log.info({}, 'the state can be written again')
    } catch (error) {
      this.#trouble = messageOf(error)
    }
  }

  /** Resolves when nothing is on its way any more. */
  async drain(): Promise<void> {
    await this.#writing
    if (this.#repairs.size === 0) return
    try {
      await this.#options.journal.append(this.#repairs.values().toArray())
      this.#repairs.clear()
    } catch (error) {
      this.#options.log.error({ err: error }, 'changes that were reported as failed may reappear at the next start')
    }
  }

  async #write(): Promise<void> {
    // Commits of the same turn of the event loop share the first append already.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        await this.#append(group.flatMap(commit => commit.revisions))
        for (const commit of group) commit.resolve()
      } catch (error) {
        this.#reject(group, error)
      }
    }
    this.#writing = undefined
  }

  async #append(revisions: readonly Revision[]): Promise<void> {
    if (revisions.length === 0) return
    await this.#options.journal.append([...this.#repairs.values(), ...revisions])
    this.#repairs.clear()
    this.#trouble = undefined
  }

  /** Undoes `group` and all that came after it: that may build on what is now gone. */
  #reject(group: readonly Waiting[], cause: unknown): void {
    const rejected = [...group, ...this.#waiting]
    this.#waiting = []
    this.#trouble = messageOf(cause)
    // Before anybody is told of the undoing: what they commit then must have a higher number, or a restart brings back
    // what is repaired here instead of it.
    this.#repair(group)
    this.#options.undo(rejected.map(({ changes }) => changes).toReversed())
    const error = asStoreError(cause)
    this.#options.log.error({ err: cause, commits: rejected.length }, 'the state could not be written; the changes were undone')
    for (const commit of rejected) commit.reject(error)
  }

  #repair(group: readonly Commit[]): void {
    const revision = this.#options.nextRevision()
    const time = this.#options.clock.now()
    // The newest first, so that what was before the oldest change of a row stands in the end.
    for (const { table, key, before } of group.toReversed().flatMap(({ changes }) => changes.changes)) {
      const body = before === undefined ? undefined : JSON.stringify(before)
      this.#repairs.set(`${table} ${key}`, { revision, time, table, key, body })
    }
  }
}

const asStoreError = (cause: unknown): StoreError =>
  cause instanceof StoreError
    ? cause
    : new StoreError(
        `The state could not be written: ${messageOf(cause)}`,
        'Nothing of this change was kept: mend what failed and try again.',
        {
          cause,
        },
      )
