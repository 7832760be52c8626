/** What was started so far, so that it can be stopped in reverse order. */
export class Started {
  readonly #stops: { readonly name: string; readonly stop: () => void | Promise<void> }[] = []
  #stopping: Promise<void> | undefined

  add(name: string, stop: () => void | Promise<void>): void {
    this.#stops.push({ name, stop })
  }

  /**
   * Stops everything, the last first. What fails to stop does not keep the rest from it: rejects at the end with an
   * AggregateError. Can be called again.
   */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stopAll())
  }

  async #stopAll(): Promise<void> {
    const failures: Error[] = []
    for (const { name, stop } of this.#stops.splice(0).toReversed()) {
      try {
        await stop()
      } catch (cause) {
        failures.push(new Error(`${name} did not stop`, { cause }))
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join('; '))
  }
}
