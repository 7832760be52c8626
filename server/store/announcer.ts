import type { StoreLog } from './store-log.ts'
import type { Change } from './store.ts'

type Listener = (changes: readonly Change[]) => void

/** Tells watchers of changes, in the order in which they were made, also when a watcher commits in turn. */
export class Announcer {
  readonly #log: StoreLog
  readonly #listeners = new Set<Listener>()
  readonly #waiting: (readonly Change[])[] = []
  #announcing = false

  constructor(log: StoreLog) {
    this.#log = log
  }

  /** The answer ends it. */
  watch(listener: Listener): () => void {
    // A function of its own, so that the same listener may watch twice.
    const own: Listener = changes => listener(changes)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  announce(changes: readonly Change[]): void {
    if (changes.length === 0) return
    this.#waiting.push(changes)
    if (this.#announcing) return
    this.#announcing = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#tell(next)
    this.#announcing = false
  }

  #tell(changes: readonly Change[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(changes)
      } catch (error) {
        // The commit stands, whatever a watcher makes of it.
        this.#log.error({ err: error }, 'a watcher of the state failed')
      }
    }
  }
}
