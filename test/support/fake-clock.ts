import type { Clock } from '../../shared/clock.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number
  #order = 0
  readonly #timers = new Set<Timer>()

  /** `start` in milliseconds since the epoch. */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many callbacks wait. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Milliseconds until the next callback; undefined when none waits. */
  get untilNext(): number | undefined {
    const next = this.#next()
    return next === undefined ? undefined : next.at - this.#now
  }

  /**
   * Moves time on by `milliseconds`, calling what falls due in order, each at its own time. Promises that a callback
   * settles are followed before time moves on.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await settle()
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at)
      this.#timers.delete(next)
      next.callback()
      await settle()
    }
    this.#now = end
  }

  /** Moves time from callback to callback until `condition` holds; throws after `limit` milliseconds of its own time. */
  async until(condition: () => boolean, limit = 3_600_000): Promise<void> {
    const end = this.#now + limit
    await settle()
    while (!condition()) {
      const next = this.#next()
      if (next === undefined || next.at > end) throw new Error(`the condition did not hold within ${limit} ms of the fake clock`)
      await this.advance(next.at - this.#now)
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    return next
  }
}

/** Lets every promise that can settle without outside help do so. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
