import type { Clock } from '../../shared/clock.ts'
import { traced } from '../../shared/tracing.ts'
import type { Logger } from '../log.ts'
import { WorkQueue } from './queue.ts'
import type { Reconciler } from './reconciler.ts'

export interface ControllerParts {
  readonly clock: Clock
  readonly log: Logger
  readonly reconcilers: readonly Reconciler[]
  readonly signal: AbortSignal
  /** Told of each run that ended. */
  readonly observe?: (kind: string, milliseconds: number, failed: boolean) => void
}

/** How many keys of a kind are worked on at once. */
const concurrency = 32

/** A queue for each reconciler. */
export class Controller {
  readonly #queues = new Map<string, { readonly reconciler: Reconciler; readonly queue: WorkQueue }>()

  constructor({ clock, log, reconcilers, signal, observe }: ControllerParts) {
    for (const reconciler of reconcilers) {
      const { kind } = reconciler
      const queue = new WorkQueue({
        clock,
        signal,
        concurrency: reconciler.concurrency ?? concurrency,
        work: (key, abort) =>
          traced(
            () => ({ name: `reconcile ${kind}`, kind: 'internal', attributes: { 'kecs.kind': kind, 'kecs.key': key } }),
            () => reconciler.reconcile(key, abort),
          ),
        onFailure: (key, error, retryInMs) => log.warn({ kind, key, retryInMs, err: error }, 'reconciling failed, will be tried again'),
        onDone: (_key, milliseconds, failed) => observe?.(kind, milliseconds, failed),
      })
      this.#queues.set(kind, { reconciler, queue })
    }
  }

  wake(kind: string, key: string): void {
    const found = this.#queues.get(kind)
    if (found === undefined) throw new Error(`nothing reconciles ${kind}`)
    found.queue.add(key)
  }

  /** Wakes every key that there is: what was missed while nothing listened is found out. */
  wakeAll(): void {
    for (const { reconciler, queue } of this.#queues.values()) {
      // Work begins with the first add and may change what the keys come from.
      const keys = [...reconciler.keys()]
      for (const key of keys) queue.add(key)
    }
  }

  /** Keys in line, by kind. */
  depths(): ReadonlyMap<string, number> {
    return new Map([...this.#queues].map(([kind, { queue }]) => [kind, queue.depth]))
  }

  /** Begins nothing more until `resume`, and resolves when nothing runs. */
  async pause(): Promise<void> {
    const paused = [...this.#queues.values()].map(({ queue }) => queue.pause())
    for (const { reconciler } of this.#queues.values()) reconciler.interrupt?.()
    await Promise.all(paused)
  }

  /** Ends what runs though it is paused, such as a request that nobody answers: see `WorkQueue.interrupt`. */
  interrupt(why: Error): void {
    for (const { queue } of this.#queues.values()) queue.interrupt(why)
  }

  /** What runs now, such as `task arn:…`. */
  running(): readonly string[] {
    return [...this.#queues].flatMap(([kind, { queue }]) => queue.running.map(key => `${kind} ${key}`))
  }

  resume(): void {
    for (const { queue } of this.#queues.values()) queue.resume()
  }

  /** Drops every key and what reconcilers remember of keys: the state was emptied. Meant for while it is paused. */
  forget(): void {
    for (const { reconciler, queue } of this.#queues.values()) {
      queue.forget()
      reconciler.forget?.()
    }
  }

  /** Resolves when nothing runs any more; meant for after the signal. */
  async idle(): Promise<void> {
    await Promise.all([...this.#queues.values()].map(({ queue }) => queue.idle()))
  }
}
