import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Backend, BackendPlace } from '../backend/backend.ts'
import { BackendError } from '../backend/backend.ts'
import { type BusEvent, mostEvents, putEvents } from '../backend/events.ts'
import type { Logger } from '../log.ts'

export interface EventRelayParts {
  readonly backend: Backend
  readonly clock: Clock
  readonly log: Logger
}

interface Waiting {
  readonly event: BusEvent
  readonly place: BackendPlace
}

/** How many events wait at most; the oldest go when more come. About 4 kB each. */
const capacity = 10_000
/** Between attempts while the backend is away. Milliseconds. */
const firstRetryMs = 500
const lastRetryMs = 10_000

/**
 * Puts events on the backend's EventBridge, all in the order in which they came, apart from what makes them. While the
 * backend is away they wait; they do not outlive the process.
 */
export class EventRelay {
  readonly #parts: EventRelayParts
  readonly #waiting: Waiting[] = []
  readonly #abort = new AbortController()
  #failures = 0
  #dropped = 0
  #sending: Promise<void> | undefined
  #cancelRetry: (() => void) | undefined

  constructor(parts: EventRelayParts) {
    this.#parts = parts
  }

  /** How many events wait, and how many were given up so far for there were too many. */
  get counts(): { readonly waiting: number; readonly dropped: number } {
    return { waiting: this.#waiting.length, dropped: this.#dropped }
  }

  put(events: readonly BusEvent[], place: BackendPlace): void {
    if (events.length === 0 || this.#abort.signal.aborted) return
    for (const event of events) this.#waiting.push({ event, place })
    const excess = this.#waiting.length - capacity
    if (excess > 0) {
      if (this.#dropped === 0) this.#parts.log.warn(`the backend takes no events: of more than ${capacity} the oldest are dropped`)
      this.#waiting.splice(0, excess)
      this.#dropped += excess
    }
    this.#send()
  }

  /** Gives up what waits. Resolves when nothing is sent any more. */
  async stop(): Promise<void> {
    this.#abort.abort()
    this.#cancelRetry?.()
    await this.#sending
  }

  #send(): void {
    if (this.#sending !== undefined || this.#cancelRetry !== undefined) return
    // A moment later, so that what changes together is sent together.
    this.#sending = Promise.resolve()
      .then(() => this.#sendAll())
      .finally(() => {
        this.#sending = undefined
      })
  }

  async #sendAll(): Promise<void> {
    const { log, clock } = this.#parts
    while (this.#waiting.length > 0 && !this.#abort.signal.aborted) {
      const batch = this.#nextBatch()
      try {
        await this.#putBatch(batch)
      } catch (error) {
        if (this.#abort.signal.aborted) return
        const retryInMs = Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(this.#failures, 10))
        this.#failures += 1
        log.debug({ waiting: this.#waiting.length, retryInMs }, `events could not be put: ${messageOf(error)}`)
        this.#cancelRetry = clock.after(retryInMs, () => {
          this.#cancelRetry = undefined
          this.#send()
        })
        return
      }
      // What was dropped meanwhile was at the front too.
      for (const sent of batch) if (this.#waiting[0] === sent) this.#waiting.shift()
      this.#failures = 0
    }
  }

  /** The first events that are of one account and region. */
  #nextBatch(): readonly Waiting[] {
    const place = this.#waiting[0]?.place
    const first = this.#waiting.slice(0, mostEvents)
    const end = first.findIndex(each => each.place.account !== place?.account || each.place.region !== place?.region)
    return end < 0 ? first : first.slice(0, end)
  }

  /** What the backend refuses for ever is told and given up; what may pass is thrown. */
  async #putBatch(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch
    if (first === undefined) return
    const { backend, log } = this.#parts
    try {
      const events = batch.map(({ event }) => event)
      const refused = await putEvents(backend, events, first.place, { signal: this.#abort.signal })
      for (const [index, code] of refused) log.warn({ code, detailType: events[index]?.detailType }, 'the backend refused an event')
    } catch (error) {
      if (!(error instanceof BackendError)) throw error
      log.warn({ err: error }, 'the backend refused events')
    }
  }
}
