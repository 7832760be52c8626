import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Logger } from '../log.ts'
import { pause } from '../../shared/pause.ts'
import type { Adjusting } from './protocol.ts'

export interface AdjustingReportParts {
  /** Rejects when it is not taken. */
  readonly tell: (adjusting: Adjusting) => Promise<void>
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Between attempts. Milliseconds. */
const againMs = 500

/** Tells the control plane whether containers are adjusted here: whenever that changes, and again when it asks for all. */
export class AdjustingReport {
  readonly #parts: AdjustingReportParts
  #now: Adjusting | undefined
  #isToTell = false
  #isTelling = false

  constructor(parts: AdjustingReportParts) {
    this.#parts = parts
  }

  became(adjusting: Adjusting): void {
    this.#now = adjusting
    this.again()
  }

  /** The control plane may have forgotten what it was told. */
  again(): void {
    this.#isToTell = true
    void this.#tell()
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return
    this.#isTelling = true
    const { tell, clock, log, signal } = this.#parts
    while (this.#isToTell && this.#now !== undefined && !signal.aborted) {
      this.#isToTell = false
      try {
        await tell(this.#now)
      } catch (error) {
        log.debug(`whether containers are adjusted could not be told: ${messageOf(error)}`)
        this.#isToTell = true
        await pause(clock, againMs, signal)
      }
    }
    this.#isTelling = false
  }
}
