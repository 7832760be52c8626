/** Times at which the gateway's configuration changes by itself, as targets with a slow start get more of the requests. */
export class Steps {
  #nextAt = Number.POSITIVE_INFINITY
  #count = 0

  /** The configuration that was just computed is another one from then on. Milliseconds. */
  expect(at: number): void {
    this.#nextAt = Math.min(this.#nextAt, at)
  }

  /** How many such times have passed: a number that grows with each. */
  passed(now: number): number {
    if (now >= this.#nextAt) {
      this.#count++
      this.#nextAt = Number.POSITIVE_INFINITY
    }
    return this.#count
  }
}
