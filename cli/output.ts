import { styleText } from 'node:util'
import type { Paint } from './output/paint.ts'
import { type Steps, liveSteps, plainSteps, silentSteps } from './output/steps.ts'

/** What a person and a program see: results on stdout, all else on stderr. */
export interface Output {
  /** A result, on stdout. */
  print(text: string): void
  /** The one JSON document of a command, on stdout. */
  json(value: unknown): void
  /** A result that is no text, on stdout. */
  bytes(content: Uint8Array): void
  /** On stderr, unless quiet. */
  note(text: string): void
  /** On stderr, always. */
  warn(text: string): void
  /** Steps with their times, on stderr; the signal is the user's interrupt, which they acknowledge. */
  steps(signal?: AbortSignal): Steps
  /** The text in colour where stderr shows colour. */
  readonly paint: Paint
  /** The same for stdout: a result that goes to a file or a program has no colour. */
  readonly paintResult: Paint
  /** The same output without notes and steps. */
  quiet(): Output
  /** Whether a person watches stderr. */
  readonly live: boolean
  /** Whether a person watches stdout. */
  readonly stdoutIsTerminal: boolean
  /** Columns of the terminal. */
  readonly columns: number
}

export interface Stream {
  write(text: string | Uint8Array): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export interface OutputOptions {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  readonly isQuiet?: boolean
}

export const createOutput = (options: OutputOptions): Output => {
  const { stdout, stderr, env, now, isQuiet = false } = options
  const live = stderr.isTTY === true && env['TERM'] !== 'dumb' && !isOn(env['CI'])
  const painterOf = (stream: Stream): Paint => {
    const isWanted = stream.isTTY === true && env['TERM'] !== 'dumb' && (env['NO_COLOR'] ?? '') === ''
    const isPainted = isOn(env['FORCE_COLOR']) || isWanted
    return (style, text) => (isPainted ? styleText(style, text, { validateStream: false }) : text)
  }
  const paint = painterOf(stderr)
  const columns = stderr.columns ?? stdout.columns ?? 80
  const line = (text: string) => void stderr.write(`${text}\n`)
  return {
    print: text => void stdout.write(`${text}\n`),
    json: value => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    bytes: content => void stdout.write(content),
    note: text => {
      if (!isQuiet) line(text)
    },
    warn: line,
    steps: signal => {
      if (isQuiet) return silentSteps()
      const heard = { paint, now, ...(signal === undefined ? {} : { signal }) }
      return live
        ? liveSteps({ ...heard, write: text => void stderr.write(text), columns: () => stderr.columns ?? 80 })
        : plainSteps({ ...heard, line })
    },
    paint,
    paintResult: painterOf(stdout),
    quiet: () => createOutput({ ...options, isQuiet: true }),
    live,
    stdoutIsTerminal: stdout.isTTY === true,
    columns,
  }
}

const isOn = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0' && value !== 'false'
