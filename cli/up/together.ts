/**
 * Runs works at the same time under one signal. The first that fails ends the others; all are waited for, so that
 * nothing goes on behind an error message. Throws the first failure.
 */
export const together = async (signal: AbortSignal, works: readonly ((signal: AbortSignal) => Promise<void>)[]): Promise<void> => {
  const controller = new AbortController()
  const joint = AbortSignal.any([signal, controller.signal])
  let failure: { readonly error: unknown } | undefined
  await Promise.all(
    works.map(async work => {
      try {
        await work(joint)
      } catch (error) {
        failure ??= { error }
        controller.abort(error)
      }
    }),
  )
  if (failure !== undefined) throw failure.error
}

/** Something that others wait for, and what is known once it is there. */
export class Milestone<T = void> {
  readonly #reached: Promise<T>
  readonly #resolve: (value: T) => void
  isReached = false

  constructor() {
    const { promise, resolve } = Promise.withResolvers<T>()
    this.#reached = promise
    this.#resolve = resolve
  }

  /** Another call than the first changes nothing. */
  readonly reach = (value: T): void => {
    this.isReached = true
    this.#resolve(value)
  }

  /** Waits until it is reached; throws the signal's reason when that comes first. */
  async wait(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([this.#reached, promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}
