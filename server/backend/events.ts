import type { Backend, BackendPlace, CallOptions } from './backend.ts'
import { listOf, memberOf, textOf } from './read-answer.ts'

/** How many events one call takes. */
export const mostEvents = 10

/** An event as EventBridge delivers it, without its id, account and region. */
export interface BusEvent {
  readonly source: string
  readonly detailType: string
  readonly resources: readonly string[]
  readonly detail: object
  /** Milliseconds since the epoch. */
  readonly time: number
}

/**
 * Puts up to ten events on the default bus, in their order. Resolves with what was refused: codes by the event's index.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export const putEvents = async (
  backend: Backend,
  events: readonly BusEvent[],
  place: BackendPlace,
  options?: CallOptions,
): Promise<ReadonlyMap<number, string>> => {
  const Entries = events.map(({ source, detailType, resources, detail, time }) => ({
    Source: source,
    DetailType: detailType,
    Resources: resources,
    Detail: JSON.stringify(detail),
    Time: time / 1000,
  }))
  const answer = await backend.json('events', 'AWSEvents.PutEvents', { Entries }, place, options)
  return new Map(
    listOf(memberOf(answer, 'Entries')).flatMap((entry, index) => {
      const code = textOf(entry, 'ErrorCode')
      return code === undefined ? [] : [[index, code] as const]
    }),
  )
}
