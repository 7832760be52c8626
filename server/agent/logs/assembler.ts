import type { LogEvent } from '../../backend/logs.ts'
import type { Position, ReadLine } from './container-log.ts'
import type { Gathering } from './shipper.ts'

/** What CloudWatch Logs counts for each event beside its message. Bytes. */
export const eventOverhead = 26
/** The most that one event may have, what is counted beside it included. */
export const largestEvent = 262_144 - eventOverhead

interface Begun {
  readonly at: number
  /** How far the log was read before it. */
  readonly before: Position | undefined
  readonly parts: Uint8Array[]
  bytes: number
}

/**
 * Makes events of lines: puts partial lines together again, gathers lines up to the next that begins an event where
 * there is a pattern for that, and cuts what is too large for one. Empty lines are no events, as with Docker's driver.
 * @see https://docs.docker.com/engine/logging/drivers/awslogs/#awslogs-multiline-pattern
 */
export class Assembler implements Gathering<LogEvent> {
  readonly #eventStart: RegExp | undefined
  readonly #partial = new Map<string, Begun>()
  #gathered: { readonly at: number; readonly before: Position | undefined; text: string; bytes: number } | undefined
  #read: Position | undefined

  constructor(eventStart: string | undefined, position: Position | undefined) {
    this.#eventStart = eventStart === undefined ? undefined : new RegExp(eventStart)
    this.#read = position
  }

  /** From where to read again so that nothing of what has not become an event yet is missed. */
  get safePosition(): Position | undefined {
    const begun = [...this.#partial.values(), ...(this.#gathered === undefined ? [] : [this.#gathered])]
    const earliest = begun.reduce<Begun | { readonly before: Position | undefined } | undefined>(
      (first, each) => (first === undefined || timeOf(each.before) < timeOf(first.before) ? each : first),
      undefined,
    )
    return earliest === undefined ? this.#read : earliest.before
  }

  /** Whether lines wait to be completed. */
  get isWaiting(): boolean {
    return this.#partial.size > 0 || this.#gathered !== undefined
  }

  add(line: ReadLine): readonly LogEvent[] {
    const before = this.#read
    this.#read = line.position
    const begun = this.#partial.get(line.stream)
    if (line.isPartial || begun !== undefined) {
      const whole = begun ?? { at: line.at, before, parts: [], bytes: 0 }
      whole.parts.push(Buffer.from(line.text))
      whole.bytes += line.text.length
      if (line.isPartial && whole.bytes < largestEvent) {
        this.#partial.set(line.stream, whole)
        return []
      }
      this.#partial.delete(line.stream)
      return this.#line(Buffer.concat(whole.parts), whole.at, whole.before)
    }
    return this.#line(line.text, line.at, before)
  }

  /** What is left when nothing more comes, or nothing came for a while. */
  flush(): readonly LogEvent[] {
    const rest = [...this.#partial.values()].flatMap(({ parts, at, before }) => this.#line(Buffer.concat(parts), at, before))
    this.#partial.clear()
    return [...rest, ...this.#release()]
  }

  #line(text: Uint8Array, at: number, before: Position | undefined): readonly LogEvent[] {
    if (this.#eventStart === undefined) return eventsOf(text, at)
    const line = Buffer.from(text).toString('utf8')
    const isTooMuch = this.#gathered !== undefined && this.#gathered.bytes + text.length + 1 > largestEvent
    const done = this.#eventStart.test(line) || isTooMuch ? this.#release() : []
    this.#gathered ??= { at, before, text: '', bytes: 0 }
    this.#gathered.text += `${line}\n`
    this.#gathered.bytes += text.length + 1
    return done
  }

  #release(): readonly LogEvent[] {
    const gathered = this.#gathered
    this.#gathered = undefined
    return gathered === undefined ? [] : eventsOf(Buffer.from(gathered.text), gathered.at)
  }
}

const timeOf = (position: Position | undefined): string => position?.time ?? ''

/** One event, or several for what is too large for one: cut between characters. */
const eventsOf = (text: Uint8Array, timestamp: number): readonly LogEvent[] => {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  const events: LogEvent[] = []
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(bytes.length, start + largestEvent)
    // Bytes 10xxxxxx go on with a character.
    while (end < bytes.length && end > start + 1 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
    events.push({ timestamp, message: bytes.toString('utf8', start, end) })
    start = end
  }
  return events
}
