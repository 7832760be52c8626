import type { Journal } from '../../server/store/journal.ts'

/** A journal on a disk that a test makes wait, and lets go well or badly. */
export class HeldJournal implements Journal {
  #held = Promise.withResolvers<void>()

  constructor() {
    this.#held.resolve()
  }

  async load() {
    return { lastRevision: 0, rows: [] }
  }

  append(): Promise<void> {
    return this.#held.promise
  }

  async close() {}

  /** What is written from now on waits. */
  hold(): void {
    this.#held = Promise.withResolvers<void>()
  }

  /** Ends the wait, with an error where one is given. */
  release(error?: Error): void {
    if (error === undefined) this.#held.resolve()
    else this.#held.reject(error)
  }
}
