import type { CriLine } from './cri-line.ts'

/** A delivery that took longer was no delivery but an interruption of the flow. Milliseconds. */
const interruptedMs = 1_000

/**
 * What a buffer of so many bytes keeps of the lines that are written while nothing is delivered: those that come when it
 * is full are lost, as with Docker's mode `non-blocking`.
 * https://docs.docker.com/engine/logging/configure/#configure-the-delivery-mode-of-log-messages-from-container-to-log-driver
 */
export class Interruption {
  readonly #bytes: number
  #until = -Infinity
  #left = 0
  #lost = 0

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  /** A delivery was over; both in milliseconds since the epoch. */
  delivered(from: number, to: number): void {
    if (to - from < interruptedMs) return
    this.#until = to
    this.#left = this.#bytes
  }

  /** Whether a line that is read next was kept. A line that is larger than the whole buffer is. */
  keeps({ at, text }: Pick<CriLine, 'at' | 'text'>): boolean {
    if (at > this.#until) return true
    const fits = text.length <= this.#left || this.#left === this.#bytes
    if (fits) this.#left = Math.max(0, this.#left - text.length)
    // What is written is in its order: what comes after the first that is lost is smaller at most by chance.
    else {
      this.#left = 0
      this.#lost += 1
    }
    return fits
  }

  /** How many lines were lost since it was asked last. */
  takeLost(): number {
    const lost = this.#lost
    this.#lost = 0
    return lost
  }
}
