import type { BoundService } from '../aws/service.ts'

/** Lets operations of our services run, or holds them back: while it is closed nobody else touches the state. */
export class Gate {
  readonly #running = new Map<Promise<unknown>, string>()
  #closed: PromiseWithResolvers<void> | undefined
  #alone: Promise<void> | undefined

  /** Runs `work` when what was given here before has ended: who opens the gate would open it for another one too. */
  async alone<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    while (this.#alone !== undefined) await this.#alone
    const mine = work()
    const leave = (): void => {
      this.#alone = undefined
    }
    this.#alone = mine.then(leave, leave)
    return mine
  }

  /** The service behind the gate. What comes while it is closed runs when it opens. */
  guard(service: BoundService): BoundService {
    const enter: BoundService['invoke'] = (...call) => {
      const running = service.invoke(...call)
      if (running !== undefined) this.#count(running, call[0])
      return running
    }
    return {
      model: service.model,
      invoke: (...call) => (this.#closed === undefined ? enter(...call) : this.#closed.promise.then(() => enter(...call))),
    }
  }

  /** Holds back what comes from now on; resolves when all that runs has ended. */
  async close(): Promise<void> {
    this.#closed ??= Promise.withResolvers()
    await Promise.allSettled(this.#running.keys())
  }

  /** Operations that run now. */
  running(): readonly string[] {
    return [...this.#running.values()]
  }

  open(): void {
    this.#closed?.resolve()
    this.#closed = undefined
  }

  /** Ends those that wait, and those that come until it opens, with an error: whoever called may try again elsewhere. */
  turnAway(why: Error): void {
    this.#closed ??= Promise.withResolvers()
    // Nobody may be waiting.
    this.#closed.promise.catch(() => {})
    this.#closed.reject(why)
  }

  #count(running: Promise<unknown>, operation: string): void {
    this.#running.set(running, operation)
    const leave = (): void => void this.#running.delete(running)
    running.then(leave, leave)
  }
}
