/** An operation that was submitted and whose effect is not on disk yet. */
export interface Submitted {
  /** The API operation, such as RegisterInstance. */
  readonly name: string
  readonly operationId: string
}

/**
 * The operations whose effect is not on disk yet: they are SUBMITTED, and what they change is not to be changed by
 * another one. Kept in memory alone: after a crash nothing is in flight, and an operation on disk has had its effect.
 */
export class InFlight {
  readonly #ids = new Set<string>()
  readonly #byTarget = new Map<string, Submitted>()

  /** Whether an operation of this id is in flight. */
  has(operationId: string): boolean {
    return this.#ids.has(operationId)
  }

  /** What is changing `target` now. */
  changing(target: string): Submitted | undefined {
    return this.#byTarget.get(target)
  }

  begin(target: string, submitted: Submitted): void {
    this.#ids.add(submitted.operationId)
    this.#byTarget.set(target, submitted)
  }

  end(target: string, { operationId }: Submitted): void {
    this.#ids.delete(operationId)
    this.#byTarget.delete(target)
  }
}
