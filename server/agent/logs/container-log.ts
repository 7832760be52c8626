import { closeSync, openSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { type CriLine, parseCriLine } from './cri-line.ts'
import { type Segment, segmentsIn } from './segments.ts'

/** How far a log was read: after a whole line. */
export interface Position {
  readonly inode: number
  readonly offset: number
  /** Of the last line: `CriLine.time`. */
  readonly time: string
}

export interface ReadLine extends CriLine {
  /** After it. */
  readonly position: Position
}

export interface Read {
  readonly lines: readonly ReadLine[]
  /** Nothing more was there. */
  readonly isAtEnd: boolean
}

const newline = 0x0a
/** What is read at once, before it goes on: about what one call of CloudWatch Logs takes. */
const chunkBytes = 512 * 1024

interface Open {
  readonly inode: number
  /** Undefined: a compressed file, read whole. */
  readonly file: number | undefined
  /** Where reading goes on. */
  offset: number
  /** Begun, its line end not read yet; it begins at `offset - rest.length`. */
  rest: Buffer
  /** Nothing more comes: another file follows it, and it was read once more after that one was there. */
  isSuperseded: boolean
}

/**
 * What a container wrote, line by line, from where it was read before. The file stays open, so that what is in it is
 * read also after the kubelet removed or rotated it. Where the file of a position is gone, or only a compressed copy of
 * it is there, lines up to the position's time are passed over.
 */
export class ContainerLog {
  readonly #folder: string
  #position: Position | undefined
  #open: Open | undefined
  #skipUntil = ''

  constructor(folder: string, position: Position | undefined) {
    this.#folder = folder
    this.#position = position
  }

  get position(): Position | undefined {
    return this.#position
  }

  /** The lines that are there, up to half a MiB of them. */
  async read(): Promise<Read> {
    for (;;) {
      const open = (this.#open ??= await this.#first())
      if (open === undefined) return { lines: [], isAtEnd: true }
      const before = open.offset
      const lines = this.#readOn(open)
      if (lines.length > 0 || open.offset > before) return { lines, isAtEnd: false }
      const next = await this.#next(open)
      if (next !== 'opened') return { lines: [], isAtEnd: next === 'none' }
    }
  }

  close(): void {
    if (this.#open?.file !== undefined) closeSync(this.#open.file)
    this.#open = undefined
  }

  async #first(): Promise<Open | undefined> {
    const segments = await segmentsIn(this.#folder)
    const position = this.#position
    if (position === undefined) return segments[0] === undefined ? undefined : openOf(segments[0], 0)
    const same = segments.find(({ inode, isCompressed }) => inode === position.inode && !isCompressed)
    const opened = same === undefined ? undefined : await openOf(same, position.offset)
    if (opened !== undefined && endsAt(opened, position)) return opened
    if (opened?.file !== undefined) closeSync(opened.file)
    this.#skipUntil = position.time
    return segments[0] === undefined ? undefined : openOf(segments[0], 0)
  }

  /** Goes on to the file after the one that was read to its end. */
  async #next(open: Open): Promise<'opened' | 'none' | 'soon'> {
    const segments = await segmentsIn(this.#folder)
    const at = segments.findIndex(({ inode }) => inode === open.inode)
    // Compressed or removed since: what of the rest was read is told by time.
    if (at === -1) this.#skipUntil = this.#position?.time ?? ''
    const following = segments[at + 1]
    if (following === undefined) return 'none'
    if (!open.isSuperseded) {
      // The runtime may have written a last line to the old file after the new one was there.
      open.isSuperseded = true
      return 'soon'
    }
    const opened = await openOf(following, 0)
    if (opened === undefined) return 'soon'
    this.close()
    this.#open = opened
    return 'opened'
  }

  #readOn(open: Open): readonly ReadLine[] {
    if (open.file === undefined) return this.#linesOf(open, open.rest, open.rest.length)
    const buffer = Buffer.allocUnsafe(chunkBytes)
    const count = readSync(open.file, buffer, 0, chunkBytes, open.offset)
    if (count === 0) return []
    open.offset += count
    const bytes = open.rest.length === 0 ? buffer.subarray(0, count) : Buffer.concat([open.rest, buffer.subarray(0, count)])
    return this.#linesOf(open, bytes, open.offset)
  }

  /** `end`: the file's offset after the bytes. */
  #linesOf(open: Open, bytes: Buffer, end: number): readonly ReadLine[] {
    const lines: ReadLine[] = []
    let start = 0
    for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, start)) {
      const line = parseCriLine(bytes.subarray(start, at))
      start = at + 1
      if (line === undefined || line.time <= this.#skipUntil) continue
      const position = { inode: open.inode, offset: end - (bytes.length - start), time: line.time }
      lines.push({ ...line, position })
    }
    open.rest = Buffer.from(bytes.subarray(start))
    this.#position = lines.at(-1)?.position ?? this.#position
    return lines
  }
}

/** Longer than any line of the runtime's. */
const longestLine = 32 * 1024

/** Whether the file's line that ends there is the position's: a number of a file that was removed is soon another's. */
const endsAt = ({ file }: Open, { offset, time }: Position): boolean => {
  const from = Math.max(0, offset - longestLine)
  const buffer = Buffer.alloc(offset - from)
  const count = file === undefined ? 0 : readSync(file, buffer, 0, buffer.length, from)
  if (count < buffer.length || buffer.at(-1) !== newline) return false
  const start = buffer.lastIndexOf(newline, buffer.length - 2) + 1
  return parseCriLine(buffer.subarray(start, -1))?.time === time
}

const openOf = async (segment: Segment, offset: number): Promise<Open | undefined> => {
  try {
    if (!segment.isCompressed)
      return { inode: segment.inode, file: openSync(segment.path, 'r'), offset, rest: Buffer.alloc(0), isSuperseded: false }
    return { inode: segment.inode, file: undefined, offset: 0, rest: gunzipSync(await readFile(segment.path)), isSuperseded: true }
  } catch {
    // It was rotated or removed in between: the next look finds what is there.
    return undefined
  }
}
