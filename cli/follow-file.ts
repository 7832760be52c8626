import { open } from 'node:fs/promises'
import { CliError, isMissing } from '../shared/errors.ts'
import { upCommand } from './instance.ts'
import { pause } from './wait.ts'

export interface FollowOptions {
  readonly follow: boolean
  /** Only this many of the last lines; undefined: all. */
  readonly tail: number | undefined
  readonly signal: AbortSignal
  readonly write: (line: string) => void
  /** The instance's name. */
  readonly instance: string
}

const lookEvery = 200

/** Writes a file's lines and, when following, those that are added. A file that was begun anew is read from its start. */
export const followFile = async (path: string, { follow, tail, signal, write, instance }: FollowOptions): Promise<void> => {
  const first = await readFrom(path, 0)
  if (first === undefined)
    throw new CliError(`There is no log ${path} yet.`, `It is written once the instance is started: ${upCommand(instance)}`)
  const lines = first.text.split('\n').slice(0, -1)
  for (const line of tail === undefined ? lines : tail === 0 ? [] : lines.slice(-tail)) write(line)
  let { end } = first
  if (!follow) return
  for (;;) {
    await pause(lookEvery, signal)
    const more = await readFrom(path, end)
    if (more === undefined) continue
    end = more.end
    for (const line of more.text.split('\n').slice(0, -1)) write(line)
  }
}

/** The whole lines that a file holds from a byte on; undefined when there is no file. */
const readFrom = async (path: string, from: number): Promise<{ text: string; end: number } | undefined> => {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    const start = size < from ? 0 : from
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
    // A line that is being written, and a character that is cut in two, are left for the next time.
    const whole = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1
    return { text: buffer.toString('utf8', 0, whole), end: start + whole }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
