import type { Clock } from '../../../shared/clock.ts'
import type { LogEvent } from '../../backend/logs.ts'
import { Assembler } from './assembler.ts'
import { batchesOf } from './batches.ts'
import { ContainerLog, type Position, type Read } from './container-log.ts'

export interface ShipperParts {
  readonly clock: Clock
  /** See `AwsLogs`. */
  readonly eventStart: string | undefined
  /** Where the container's log files lie; undefined while there are none. */
  readonly folder: () => Promise<string | undefined>
  /** Whether the container ended: its files have all that it wrote. */
  readonly isEnded: () => boolean
  /** Where an agent before this one was. */
  readonly from: () => Promise<Position | undefined>
  /** Delivers events within the limits of one call. Resolves when they are taken, or will never be; rejects with the signal's reason. */
  readonly put: (events: readonly LogEvent[], signal: AbortSignal) => Promise<void>
  /** Delivered up to there. Resolves when that is kept. */
  readonly keep: (position: Position) => Promise<void>
}

/** Between looks while nothing is written. Milliseconds. */
const pauseMs = { shortest: 100, longest: 800 } as const
/** Between calls for a container that goes on writing: each has what came in since. Milliseconds. */
const gatherMs = 800
/** How long lines may wait for others that belong to them. Milliseconds. */
const completeMs = 1_000
/** A read of so many lines may have left some: there is no pause after it. */
const manyLines = 2_000

/**
 * Delivers what one container writes, in order and from where it was before. What was taken is noted before more is
 * read, so an agent that is killed loses nothing and repeats at most what it was about to note: half a MiB of the log.
 */
export class Shipper {
  readonly #parts: ShipperParts
  #source: ContainerLog | undefined
  #quietSince: number | undefined
  #pauseMs: number = pauseMs.shortest
  #wake: () => void = () => {}

  constructor(parts: ShipperParts) {
    this.#parts = parts
  }

  /** Looks again now: something of the container changed. */
  wake(): void {
    this.#wake()
  }

  /** Resolves when the container ended and all is delivered; rejects with the signal's reason. */
  async run(signal: AbortSignal): Promise<void> {
    const from = await this.#parts.from()
    const assembler = new Assembler(this.#parts.eventStart, from)
    try {
      for (;;) {
        signal.throwIfAborted()
        // Asked before the files are read: all that it wrote is in them then.
        const isEnded = this.#parts.isEnded()
        const { lines, isAtEnd } = await this.#read(from)
        const events = lines.flatMap(line => assembler.add(line))
        if ((isEnded && isAtEnd) || this.#isIncompleteForLong(assembler.isWaiting && lines.length === 0)) events.push(...assembler.flush())
        await this.#deliver(events, assembler.safePosition, signal)
        if (isEnded && isAtEnd) return
        await this.#pause(lines.length, signal)
      }
    } finally {
      this.#source?.close()
    }
  }

  async #read(from: Position | undefined): Promise<Read> {
    const folder = this.#source === undefined ? await this.#parts.folder() : undefined
    if (folder !== undefined) this.#source = new ContainerLog(folder, from)
    return this.#source === undefined ? { lines: [], isAtEnd: true } : this.#source.read()
  }

  #isIncompleteForLong(isIncomplete: boolean): boolean {
    const now = this.#parts.clock.now()
    this.#quietSince = isIncomplete ? (this.#quietSince ?? now) : undefined
    return this.#quietSince !== undefined && now - this.#quietSince >= completeMs
  }

  async #deliver(events: readonly LogEvent[], position: Position | undefined, signal: AbortSignal): Promise<void> {
    for (const batch of batchesOf(events)) await this.#parts.put(batch, signal)
    if (events.length > 0 && position !== undefined) await this.#parts.keep(position)
  }

  async #pause(lines: number, signal: AbortSignal): Promise<void> {
    if (lines >= manyLines) return
    const forMs = lines > 0 ? gatherMs : this.#pauseMs
    this.#pauseMs = lines > 0 ? pauseMs.shortest : Math.min(this.#pauseMs * 2, pauseMs.longest)
    await new Promise<void>(resolve => {
      const done = (): void => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = this.#parts.clock.after(this.#parts.isEnded() ? pauseMs.shortest : forMs, done)
      signal.addEventListener('abort', done, { once: true })
      this.#wake = done
    })
  }
}
