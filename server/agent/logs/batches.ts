import type { LogEvent } from '../../backend/logs.ts'
import { eventOverhead } from './assembler.ts'

/** Of one call. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const largestBatch = { bytes: 1_048_576, events: 10_000, spanMs: 24 * 3_600_000 } as const

/** Events in the order of their times, in as few batches as the limits of one call allow. */
export const batchesOf = (events: readonly LogEvent[]): readonly (readonly LogEvent[])[] => {
  const batches: LogEvent[][] = []
  let batch: LogEvent[] = []
  let bytes = 0
  for (const event of events.toSorted((one, other) => one.timestamp - other.timestamp)) {
    const size = Buffer.byteLength(event.message) + eventOverhead
    const first = batch[0]?.timestamp ?? event.timestamp
    const isFull = bytes + size > largestBatch.bytes || batch.length === largestBatch.events
    if (batch.length > 0 && (isFull || event.timestamp - first >= largestBatch.spanMs)) {
      batches.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(event)
    bytes += size
  }
  return batch.length === 0 ? batches : [...batches, batch]
}
