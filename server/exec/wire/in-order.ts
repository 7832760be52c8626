/** What becomes of a frame that came in. */
export interface Accepted<Item> {
  /** Frames whose turn it is now, in order. */
  readonly ready: readonly Item[]
  /** Whether to tell the other side that it came. What is not told of is sent again. */
  readonly isAcknowledged: boolean
}

/** How many frames are kept that came before their turn. */
const mostKept = 1_000

/** Puts frames that come late, twice or in a wrong order into the order in which they were sent, each once. */
export class InOrder<Item> {
  #expected = 0
  readonly #early = new Map<number, Item>()

  /** `isFull`: nothing more can be taken now, so that what is new is left to be sent again. */
  accept(sequenceNumber: number, item: Item, isFull = false): Accepted<Item> {
    // It is the acknowledgement that was lost.
    if (sequenceNumber < this.#expected || this.#early.has(sequenceNumber)) return { ready: [], isAcknowledged: true }
    if (isFull) return { ready: [], isAcknowledged: false }
    if (sequenceNumber > this.#expected) {
      if (this.#early.size >= mostKept) return { ready: [], isAcknowledged: false }
      this.#early.set(sequenceNumber, item)
      return { ready: [], isAcknowledged: true }
    }
    const ready = [item]
    for (this.#expected += 1; ; this.#expected += 1) {
      const next = this.#early.get(this.#expected)
      if (next === undefined) return { ready, isAcknowledged: true }
      this.#early.delete(this.#expected)
      ready.push(next)
    }
  }
}
