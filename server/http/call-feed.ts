import type { Clock } from '../../shared/clock.ts'
import type { ObservedCall } from '../aws/aws-api.ts'
import type { AdminRoute } from './admin.ts'

/** An API call as `kecs events` shows it; names are CloudTrail's. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export interface CallEvent {
  /** ISO 8601: when it was answered. */
  readonly eventTime: string
  /** Such as `ecs`; `backend` for what was passed on. */
  readonly eventSource: string
  readonly eventName: string
  readonly recipientAccountId?: string
  readonly awsRegion?: string
  readonly requestID?: string
  readonly userAgent?: string
  readonly status: number
  readonly milliseconds: number
  readonly errorCode?: string
  readonly errorMessage?: string
}

/** How many calls are remembered for those who come later. */
const kept = 1000

/** The calls that were answered: the last of them, and each as it is. Nothing of a call's content is kept. */
export class CallFeed {
  readonly #clock: Clock
  readonly #last: CallEvent[] = []
  readonly #listeners = new Set<(event: CallEvent) => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add({ service, operation, status, seconds, requestId, caller, fault, userAgent }: ObservedCall): void {
    const event: CallEvent = {
      eventTime: new Date(this.#clock.now()).toISOString(),
      eventSource: service,
      eventName: operation,
      ...(caller === undefined ? {} : { recipientAccountId: caller.account, awsRegion: caller.region }),
      ...(requestId === undefined ? {} : { requestID: requestId }),
      ...(userAgent === undefined ? {} : { userAgent }),
      status,
      milliseconds: Math.round(seconds * 1e6) / 1000,
      ...(fault === undefined ? {} : { errorCode: fault.code, errorMessage: fault.message }),
    }
    if (this.#last.push(event) > kept) this.#last.shift()
    for (const listener of this.#listeners) listener(event)
  }

  /** The remembered ones, the oldest first. */
  get last(): readonly CallEvent[] {
    return this.#last
  }

  /** Calls `listener` for each one from now on; the answer ends it. */
  watch(listener: (event: CallEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/** Answers that wait in a reader who does not read: it is cut off then, rather than remembered without bound. */
const mostWaiting = 10_000

/** `GET /events?tail=N&follow=true`: a line of JSON for each call. */
export const eventRoute = (feed: CallFeed): AdminRoute => ({
  method: 'GET',
  path: '/events',
  handle: request => {
    const { searchParams } = new URL(request.url)
    const tail = Number(searchParams.get('tail') ?? kept)
    const lines = (tail > 0 ? feed.last.slice(-tail) : []).map(lineOf)
    if (searchParams.get('follow') !== 'true') return new Response(lines.join(''))
    let unwatch: (() => void) | undefined
    const stream = new ReadableStream<Uint8Array>(
      {
        start: controller => {
          for (const line of lines) controller.enqueue(encoder.encode(line))
          // So that the head of the answer goes out before there is a call.
          if (lines.length === 0) controller.enqueue(encoder.encode('\n'))
          unwatch = feed.watch(event => {
            if ((controller.desiredSize ?? 0) <= -mostWaiting) {
              unwatch?.()
              return controller.error(new Error('the reader does not keep up'))
            }
            controller.enqueue(encoder.encode(lineOf(event)))
          })
        },
        cancel: () => unwatch?.(),
      },
      new CountQueuingStrategy({ highWaterMark: 1 }),
    )
    return new Response(stream)
  },
})

const encoder = new TextEncoder()
const lineOf = (event: CallEvent): string => `${JSON.stringify(event)}\n`
