import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import { type Backend, BackendError } from '../../backend/backend.ts'
import { createLogGroup, createLogStream, type LogEvent, putLogEvents } from '../../backend/logs.ts'
import type { Logger } from '../../log.ts'
import { pause } from '../../../shared/pause.ts'
import type { AwsLogs } from '../protocol.ts'

export interface LogStreamsParts {
  readonly backend: Backend
  readonly clock: Clock
  readonly log: Logger
}

export interface StreamOfContainer {
  readonly awslogs: AwsLogs
  /** The task's. */
  readonly account: string
  /** Its name where `awslogs` has none: the container's runtime id, once it is known. */
  readonly runtimeId: () => Promise<string | undefined>
}

/** Between attempts while the backend is away. Milliseconds. */
const retryMs = { first: 200, longest: 5_000 } as const
/** Calls under way at once: more wait, as a backend on the same machine takes no more. */
const mostCalls = 8

/** The log streams of the node's containers, at the backend. */
export class LogStreams {
  readonly #parts: LogStreamsParts
  readonly #waiting: (() => void)[] = []
  #calls = 0

  constructor(parts: LogStreamsParts) {
    this.#parts = parts
  }

  /**
   * Puts events into a container's stream, however long the backend is away or the stream is missing: it is made anew,
   * and its group where the container's options say so. What the backend refuses for another reason is dropped, with a
   * line in the agent's log. Rejects with the signal's reason.
   */
  async put(stream: StreamOfContainer, events: readonly LogEvent[], signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts
    let waitMs: number = retryMs.first
    for (let isFirst = true; ; isFirst = false) {
      try {
        return await this.#inTurn(() => this.#putOnce(stream, events, signal))
      } catch (error) {
        signal.throwIfAborted()
        const { group } = stream.awslogs
        if (error instanceof BackendError && !mayPass.has(error.code)) {
          log.error({ group, events: events.length }, `log events were refused and are lost: ${error.code}: ${error.message}`)
          return
        }
        if (isFirst) log.warn({ group }, `log events are not taken yet: ${messageOf(error)}`)
        await pause(clock, waitMs, signal)
        waitMs = Math.min(waitMs * 2, retryMs.longest)
      }
    }
  }

  async #putOnce({ awslogs, account, runtimeId }: StreamOfContainer, events: readonly LogEvent[], signal: AbortSignal): Promise<void> {
    const { backend } = this.#parts
    const logStreamName = awslogs.stream ?? (await runtimeId())
    if (logStreamName === undefined) throw new Error("the container's runtime id is not known yet")
    const place = { account, region: awslogs.region }
    const stream = { logGroupName: awslogs.group, logStreamName }
    try {
      await putLogEvents(backend, stream, events, place, { signal })
    } catch (error) {
      if (!(error instanceof BackendError) || error.code !== missing) throw error
      if (awslogs.createGroup) await createLogGroup(backend, awslogs.group, place, { signal })
      await createLogStream(backend, stream, place, { signal })
      await putLogEvents(backend, stream, events, place, { signal })
    }
  }

  async #inTurn<T>(call: () => Promise<T>): Promise<T> {
    if (this.#calls >= mostCalls) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#calls += 1
    try {
      return await call()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#calls -= 1
      else next()
    }
  }
}

const missing = 'ResourceNotFoundException'
/** A group that was deleted may be made again. */
const mayPass: ReadonlySet<string> = new Set([missing, 'ThrottlingException', 'ServiceUnavailableException', 'OperationAbortedException'])
