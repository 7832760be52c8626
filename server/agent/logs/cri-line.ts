/** A line of a container's log as the container runtime writes it: `TIME stdout|stderr F|P TEXT`. */
export interface CriLine {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The time to the nanosecond, as text of one length: later ones compare as greater. */
  readonly time: string
  readonly stream: 'stdout' | 'stderr'
  /** It goes on in the stream's next line: what a container writes in one line is cut after 16 KiB. */
  readonly isPartial: boolean
  /** May end within a character where the line is partial. */
  readonly text: Uint8Array
}

const space = 0x20
const capitalP = 0x50
/** Of `2026-01-02T03:04:05`. */
const secondsLength = 19

/**
 * Reads a line without its line end; undefined for what is none.
 * https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
export const parseCriLine = (line: Buffer): CriLine | undefined => {
  const timeEnd = line.indexOf(space)
  const streamEnd = line.indexOf(space, timeEnd + 1)
  const tagEnd = line.indexOf(space, streamEnd + 1)
  if (timeEnd < secondsLength || streamEnd === -1) return undefined
  const stream = line.toString('latin1', timeEnd + 1, streamEnd)
  if (stream !== 'stdout' && stream !== 'stderr') return undefined
  const moment = momentOf(line.toString('latin1', 0, timeEnd))
  if (moment === undefined) return undefined
  // Tags are separated by colons; that of partial lines comes first.
  const isPartial = line[streamEnd + 1] === capitalP
  return { ...moment, stream, isPartial, text: tagEnd === -1 ? line.subarray(line.length) : line.subarray(tagEnd + 1) }
}

/** RFC 3339, whose fraction has up to nine digits. */
const momentOf = (text: string): { readonly at: number; readonly time: string } | undefined => {
  const [, fraction = '', zone = ''] = /^\.?(\d*)(.*)$/.exec(text.slice(secondsLength)) ?? []
  const seconds = Date.parse(`${text.slice(0, secondsLength)}${zone}`)
  if (Number.isNaN(seconds)) return undefined
  const nanoseconds = fraction.padEnd(9, '0').slice(0, 9)
  return { at: seconds + Number(nanoseconds.slice(0, 3)), time: `${String(seconds / 1000).padStart(12, '0')}.${nanoseconds}` }
}
