// What ECS Exec writes into CloudWatch Logs: whole sessions at once, when they are over.
import type { Backend, BackendPlace } from './backend.ts'
import { type LogStream, putLogEvents } from './logs.ts'

/** Of one call: events, and bytes with what each event costs beside its text. */
const most = { events: 10_000, bytes: 1_048_576 } as const
const eventCost = 26

/**
 * Lines, all of one time in milliseconds since the epoch.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export const putLogLines = async (
  backend: Backend,
  stream: LogStream,
  lines: readonly string[],
  timestamp: number,
  place: BackendPlace,
): Promise<void> => {
  for (const batch of batchesOf(lines)) {
    const events = batch.map(message => ({ timestamp, message }))
    await putLogEvents(backend, stream, events, place)
  }
}

/** Lines in batches that one call may have; a line that is longer than that is cut. */
export function* batchesOf(lines: readonly string[]): Generator<readonly string[]> {
  let batch: string[] = []
  let bytes = 0
  for (const line of lines.flatMap(cut)) {
    const cost = Buffer.byteLength(line) + eventCost
    if (batch.length === most.events || bytes + cost > most.bytes) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(line)
    bytes += cost
  }
  if (batch.length > 0) yield batch
}

/** Characters, of which each has four bytes at most. */
const longestLine = 60_000

const cut = (line: string): readonly string[] =>
  line.length <= longestLine ? [line] : (line.match(new RegExp(`[\\s\\S]{1,${longestLine}}`, 'gu')) ?? [])
