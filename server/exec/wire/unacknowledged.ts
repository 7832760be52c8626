interface Sent {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly firstSentAt: number
  lastSentAt: number
}

/** Milliseconds: as the plugin has it. The client drops what comes before it is ready, so a first frame waits as long. */
const leastTimeout = 200
const mostTimeout = 1_000
/** How much of a new measurement goes into the round trip's time. */
const smoothing = 1 / 8

/** Frames that were sent and not acknowledged yet. Times are in milliseconds. */
export class Unacknowledged {
  /** How many may be under way at once. */
  readonly #window: number
  readonly #sent = new Map<number, Sent>()
  #next = 0
  #roundTrip = leastTimeout / 2

  constructor(window: number) {
    this.#window = window
  }

  get hasRoom(): boolean {
    return this.#sent.size < this.#window
  }

  get isEmpty(): boolean {
    return this.#sent.size === 0
  }

  /** The sequence number of the frame that is sent next. */
  get next(): number {
    return this.#next
  }

  /** When the oldest was first sent; undefined when all were acknowledged. */
  get waitingSince(): number | undefined {
    return this.#oldest?.firstSentAt
  }

  /** Takes the frame with the sequence number `next`, which is sent now. */
  add(bytes: Uint8Array<ArrayBuffer>, now: number): void {
    this.#sent.set(this.#next, { bytes, firstSentAt: now, lastSentAt: now })
    this.#next += 1
  }

  /** What is acknowledged twice or was never sent is passed over. */
  acknowledge(sequenceNumber: number, now: number): void {
    const sent = this.#sent.get(sequenceNumber)
    if (sent === undefined) return
    this.#sent.delete(sequenceNumber)
    // After a repetition nobody knows which of the two is acknowledged.
    if (sent.firstSentAt === sent.lastSentAt) this.#roundTrip += smoothing * (now - sent.firstSentAt - this.#roundTrip)
  }

  /** The oldest frame, where it is to be sent again now. */
  again(now: number): Uint8Array<ArrayBuffer> | undefined {
    const oldest = this.#oldest
    const timeout = Math.min(mostTimeout, Math.max(leastTimeout, 2 * this.#roundTrip))
    if (oldest === undefined || now - oldest.lastSentAt < timeout) return undefined
    oldest.lastSentAt = now
    return oldest.bytes
  }

  get #oldest(): Sent | undefined {
    const [first] = this.#sent.values()
    return first
  }
}
