import type { Clock } from '../../shared/clock.ts'

export interface WorkQueueOptions {
  readonly clock: Clock
  /** Ends the queue: nothing new is begun, and what runs is told by the same signal. */
  readonly signal: AbortSignal
  /** How many keys may run at once. */
  readonly concurrency: number
  /** Does the work for a key. Resolves with milliseconds after which to run it again; undefined leaves it to the next `add`. */
  readonly work: (key: string, signal: AbortSignal) => Promise<number | undefined>
  /** Told of each failure and when the key will be tried again. */
  readonly onFailure?: (key: string, error: unknown, retryInMs: number) => void
  /** Told of each run that ended. */
  readonly onDone?: (key: string, milliseconds: number, failed: boolean) => void
  /** First delay after a failure; doubles with each failure in a row. Milliseconds. */
  readonly firstRetryMs?: number
  /** The longest delay after a failure. Milliseconds. */
  readonly lastRetryMs?: number
}

interface KeyState {
  /** Where the key is: in line, at work, or at rest until a timer or an `add`. */
  is: 'resting' | 'waiting' | 'running'
  /** Added again while it ran. */
  again: boolean
  /** Failures in a row. */
  failures: number
  cancelTimer: (() => void) | undefined
}

/**
 * A queue of keys. A key that waits is not added twice; a key never runs twice at once, and runs once more when it
 * was added while it ran. A failure brings it back with growing delay; an `add` meanwhile brings it back at once, for
 * what made it fail may be over.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions
  readonly #states = new Map<string, KeyState>()
  readonly #line = new Set<string>()
  readonly #running = new Map<Promise<void>, { readonly key: string; readonly interruption: AbortController }>()
  #isPaused = false

  constructor(options: WorkQueueOptions) {
    this.#options = options
    options.signal.addEventListener('abort', () => this.#end(), { once: true })
  }

  /** Keys that wait for their turn. */
  get depth(): number {
    return this.#line.size
  }

  add(key: string): void {
    if (this.#options.signal.aborted) return
    const state = this.#stateOf(key)
    if (state.is === 'running') {
      state.again = true
      return
    }
    this.#enqueue(key, state)
    this.#begin()
  }

  /** Begins nothing more until `resume`, and resolves when nothing runs. */
  async pause(): Promise<void> {
    this.#isPaused = true
    await this.idle()
  }

  /** Keys that are at work. */
  get running(): readonly string[] {
    return [...this.#running.values()].map(({ key }) => key)
  }

  /** Ends what runs by its signal, as the end of the process would; each key is tried again as after any failure. */
  interrupt(why: Error): void {
    for (const { interruption } of this.#running.values()) interruption.abort(why)
  }

  /** Goes on with what waits. */
  resume(): void {
    this.#isPaused = false
    this.#begin()
  }

  /** Drops every key, in line or at rest: what they stand for is gone. Meant for a queue that is paused. */
  forget(): void {
    this.#end()
    this.#states.clear()
  }

  /** Resolves when nothing runs any more; meant for after the signal. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.keys())
  }

  #stateOf(key: string): KeyState {
    const known = this.#states.get(key)
    if (known !== undefined) return known
    const state: KeyState = { is: 'resting', again: false, failures: 0, cancelTimer: undefined }
    this.#states.set(key, state)
    return state
  }

  #enqueue(key: string, state: KeyState): void {
    state.cancelTimer?.()
    state.cancelTimer = undefined
    state.is = 'waiting'
    this.#line.add(key)
  }

  #begin(): void {
    if (this.#isPaused) return
    for (const key of this.#line) {
      if (this.#running.size >= this.#options.concurrency) return
      this.#line.delete(key)
      const interruption = new AbortController()
      const run: Promise<void> = this.#run(key, this.#stateOf(key), interruption.signal).finally(() => {
        this.#running.delete(run)
        this.#begin()
      })
      this.#running.set(run, { key, interruption })
    }
  }

  async #run(key: string, state: KeyState, interrupted: AbortSignal): Promise<void> {
    const { clock, signal, work } = this.#options
    state.is = 'running'
    state.again = false
    const began = clock.now()
    let nextInMs: number | undefined
    let failed = false
    try {
      nextInMs = await work(key, AbortSignal.any([signal, interrupted]))
      state.failures = 0
    } catch (error) {
      failed = true
      nextInMs = this.#failed(key, state, error)
    }
    this.#options.onDone?.(key, clock.now() - began, failed)
    this.#rest(key, state, nextInMs)
  }

  #failed(key: string, state: KeyState, error: unknown): number {
    const { firstRetryMs = 100, lastRetryMs = 30_000, signal, onFailure } = this.#options
    const retryInMs = Math.min(firstRetryMs * 2 ** Math.min(state.failures, 30), lastRetryMs)
    state.failures += 1
    if (!signal.aborted) onFailure?.(key, error, retryInMs)
    return retryInMs
  }

  #rest(key: string, state: KeyState, nextInMs: number | undefined): void {
    state.is = 'resting'
    if (this.#options.signal.aborted) return
    if (state.again) {
      this.#enqueue(key, state)
      return
    }
    if (nextInMs === undefined) {
      this.#states.delete(key)
      return
    }
    state.cancelTimer = this.#options.clock.after(nextInMs, () => {
      state.cancelTimer = undefined
      this.add(key)
    })
  }

  #end(): void {
    this.#line.clear()
    for (const state of this.#states.values()) state.cancelTimer?.()
  }
}
