import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import { pause } from '../../../shared/pause.ts'
import type { Logger } from '../../log.ts'

export interface TellingParts {
  readonly clock: Clock
  readonly log: Logger
  /** Of which tasks it is so, told or not. By ARN. */
  readonly done: () => readonly string[]
  readonly tell: (taskArns: readonly string[]) => Promise<void>
  readonly isStopped: () => boolean
}

/** Between attempts. Milliseconds. */
const againMs = 500

/** Tells the control plane once of each task that something is done; again until it is taken. */
export class Telling {
  readonly #parts: TellingParts
  readonly #told = new Set<string>()
  #isTelling = false

  constructor(parts: TellingParts) {
    this.#parts = parts
  }

  /** It may have forgotten what it was told. */
  forgotten(): void {
    this.#told.clear()
  }

  retain(taskArns: ReadonlySet<string>): void {
    for (const arn of this.#told) if (!taskArns.has(arn)) this.#told.delete(arn)
  }

  /** Never rejects. */
  async look(): Promise<void> {
    if (this.#isTelling) return
    this.#isTelling = true
    try {
      for (;;) {
        const done = this.#parts.done().filter(arn => !this.#told.has(arn))
        if (done.length === 0 || this.#parts.isStopped()) return
        try {
          await this.#parts.tell(done)
          for (const arn of done) this.#told.add(arn)
        } catch (error) {
          this.#parts.log.debug(`what is delivered could not be told: ${messageOf(error)}`)
          await pause(this.#parts.clock, againMs)
        }
      }
    } finally {
      this.#isTelling = false
    }
  }
}
