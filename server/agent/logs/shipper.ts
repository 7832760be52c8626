import type { Clock } from '../../../shared/clock.ts'
import type { Interruption } from './interruption.ts'
import { ContainerLog, type Position, type Read, type ReadLine } from './container-log.ts'

/** Makes of lines what is delivered. */
export interface Gathering<Event> {
  /** From where to read again so that nothing of what has not become an event yet is missed. */
  readonly safePosition: Position | undefined
  /** Whether lines wait for others that belong to them. */
  readonly isWaiting: boolean
  add(line: ReadLine): readonly Event[]
  /** What is left when nothing more comes, or nothing came for a while. */
  flush(): readonly Event[]
}

export interface ShipperParts<Event> {
  readonly clock: Clock
  readonly gather: (from: Position | undefined) => Gathering<Event>
  /** As few batches as the limits of one delivery allow. */
  readonly batchesOf: (events: readonly Event[]) => readonly (readonly Event[])[]
  /** Where the container's log files lie; undefined while there are none. */
  readonly folder: () => Promise<string | undefined>
  /** Whether the container ended: its files have all that it wrote. */
  readonly isEnded: () => boolean
  /** Where an agent before this one was. */
  readonly from: () => Promise<Position | undefined>
  /** Delivers one batch. Resolves when they are taken, or will never be; rejects with the signal's reason. */
  readonly put: (events: readonly Event[], signal: AbortSignal) => Promise<void>
  /** What is lost while nothing is delivered; absent where nothing is. */
  readonly interruption?: Interruption
  /** Told how many lines were. */
  readonly lost?: (lines: number) => void
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
export class Shipper<Event> {
  readonly #parts: ShipperParts<Event>
  #source: ContainerLog | undefined
  #quietSince: number | undefined
  #pauseMs: number = pauseMs.shortest
  #wake: () => void = () => {}

  constructor(parts: ShipperParts<Event>) {
    this.#parts = parts
  }

  /** Looks again now: something of the container changed. */
  wake(): void {
    this.#wake()
  }

  /** Resolves when the container ended and all is delivered; rejects with the signal's reason. */
  async run(signal: AbortSignal): Promise<void> {
    const from = await this.#parts.from()
    const gathering = this.#parts.gather(from)
    try {
      for (;;) {
        signal.throwIfAborted()
        // Asked before the files are read: all that it wrote is in them then.
        const isEnded = this.#parts.isEnded()
        const { lines, isAtEnd } = await this.#read(from)
        const events = this.#kept(lines).flatMap(line => gathering.add(line))
        if ((isEnded && isAtEnd) || this.#isIncompleteForLong(gathering.isWaiting && lines.length === 0)) events.push(...gathering.flush())
        await this.#deliver(events, gathering.safePosition, signal)
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

  #kept(lines: readonly ReadLine[]): readonly ReadLine[] {
    const { interruption, lost } = this.#parts
    if (interruption === undefined) return lines
    const kept = lines.filter(line => interruption.keeps(line))
    const count = interruption.takeLost()
    if (count > 0) lost?.(count)
    return kept
  }

  #isIncompleteForLong(isIncomplete: boolean): boolean {
    const now = this.#parts.clock.now()
    this.#quietSince = isIncomplete ? (this.#quietSince ?? now) : undefined
    return this.#quietSince !== undefined && now - this.#quietSince >= completeMs
  }

  async #deliver(events: readonly Event[], position: Position | undefined, signal: AbortSignal): Promise<void> {
    const { batchesOf, put, clock, interruption } = this.#parts
    for (const batch of batchesOf(events)) {
      const began = clock.now()
      await put(batch, signal)
      interruption?.delivered(began, clock.now())
    }
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
