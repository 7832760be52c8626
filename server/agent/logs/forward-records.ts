import { randomBytes } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import type { CriLine } from './cri-line.ts'
import type { Position, ReadLine } from './container-log.ts'
import type { Gathering } from './shipper.ts'

/** A line as Docker's log driver `fluentd` sends it, but for the container's name and id. */
export interface ForwardRecord {
  /** Seconds since the epoch, and what is over. */
  readonly seconds: number
  readonly nanoseconds: number
  readonly fields: Readonly<Record<string, string>>
  /** Of the text. */
  readonly bytes: number
}

interface Partial {
  readonly id: string
  readonly before: Position | undefined
  ordinal: number
}

/**
 * Makes a record of each line, an empty one too. What a container writes in one line is cut after 16 KiB: each part is a
 * record, which says whose part it is, so that the router may put them together.
 * https://docs.docker.com/engine/logging/drivers/fluentd/
 */
export class ForwardRecords implements Gathering<ForwardRecord> {
  readonly isWaiting = false
  readonly #partial = new Map<CriLine['stream'], Partial>()
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  readonly #newId: () => string
  #read: Position | undefined

  constructor(position: Position | undefined, newId: () => string = () => randomBytes(32).toString('hex')) {
    this.#read = position
    this.#newId = newId
  }

  /** Parts that were delivered without their last are delivered again, with an id of their own. */
  get safePosition(): Position | undefined {
    const [first] = [...this.#partial.values()].toSorted((one, other) => ((one.before?.time ?? '') < (other.before?.time ?? '') ? -1 : 1))
    return first === undefined ? this.#read : first.before
  }

  add(line: ReadLine): readonly ForwardRecord[] {
    const before = this.#read
    this.#read = line.position
    const [seconds = '0', nanoseconds = '0'] = line.time.split('.')
    const fields = { source: line.stream, log: this.#textOf(line), ...this.#partOf(line, before) }
    return [{ seconds: Number(seconds), nanoseconds: Number(nanoseconds), fields, bytes: line.text.length }]
  }

  flush(): readonly ForwardRecord[] {
    return []
  }

  /** A character that is cut is the next part's. */
  #textOf({ stream, text, isPartial }: ReadLine): string {
    const decoder = this.#decoders[stream]
    const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
    return isPartial ? decoder.write(bytes) : decoder.end(bytes)
  }

  #partOf({ stream, isPartial }: ReadLine, before: Position | undefined): Readonly<Record<string, string>> {
    const begun = this.#partial.get(stream)
    if (begun === undefined && !isPartial) return {}
    const partial = begun ?? { id: this.#newId(), before, ordinal: 0 }
    partial.ordinal += 1
    if (isPartial) this.#partial.set(stream, partial)
    else this.#partial.delete(stream)
    return {
      partial_message: 'true',
      partial_id: partial.id,
      partial_ordinal: String(partial.ordinal),
      partial_last: String(!isPartial),
    }
  }
}

/** Of one message: what a router takes at once must fit into its buffer. */
const largestBatch = { bytes: 512 * 1024, records: 5_000 } as const

/** Records in their order, in as few batches as fit. */
export const recordBatchesOf = (records: readonly ForwardRecord[]): readonly (readonly ForwardRecord[])[] => {
  const batches: ForwardRecord[][] = []
  let bytes = 0
  for (const record of records) {
    const batch = batches.at(-1)
    if (batch === undefined || batch.length === largestBatch.records || bytes + record.bytes > largestBatch.bytes) {
      batches.push([record])
      bytes = record.bytes
    } else {
      batch.push(record)
      bytes += record.bytes
    }
  }
  return batches
}
