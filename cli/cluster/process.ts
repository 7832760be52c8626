import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** What a program left behind. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Ends the program, and makes the call throw the signal's reason. */
  readonly signal: AbortSignal
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Written to its standard input; without, there is none. */
  readonly input?: string
  /** Path of a file that is its standard input. */
  readonly inputFile?: string
  /** Each line of both outputs as it comes. */
  readonly onLine?: (line: string) => void
}

/** The program is not on this machine. */
export class ProgramMissing extends Error {
  readonly program: string

  constructor(program: string) {
    super(`${program} is not installed`)
    this.name = 'ProgramMissing'
    this.program = program
  }
}

/**
 * Runs a program to its end, whatever its exit code. It gets a process group of its own, so that an interrupt at the
 * terminal reaches kecs alone, which then ends it in order.
 * @throws ProgramMissing, or the signal's reason
 */
export const run = async (program: string, args: readonly string[], options: RunOptions): Promise<Finished> => {
  options.signal.throwIfAborted()
  const file = options.inputFile === undefined ? undefined : openSync(options.inputFile, 'r')
  const child = spawn(program, args, {
    detached: true,
    stdio: [file ?? (options.input === undefined ? 'ignore' : 'pipe'), 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  if (file !== undefined) closeSync(file)
  const ended = exitOf(child, program)
  const stop = endWith(child, options.signal)
  const collected = Promise.all([textOf(child.stdout, options.onLine), textOf(child.stderr, options.onLine)])
  // A program that ends without reading its input closes the pipe: its exit code tells what was wrong.
  child.stdin?.on('error', () => undefined).end(options.input)
  try {
    const [code, [stdout, stderr]] = await Promise.all([ended, collected])
    options.signal.throwIfAborted()
    return { code, stdout, stderr }
  } finally {
    stop()
  }
}

/** Runs two programs, the first one's output being the second's input, as a shell's pipe does. Standard output is the second's. */
export const pipe = async (
  from: readonly [program: string, ...args: string[]],
  into: readonly [program: string, ...args: string[]],
  options: { readonly signal: AbortSignal },
): Promise<{ readonly from: Finished; readonly into: Finished }> => {
  options.signal.throwIfAborted()
  const source = spawn(from[0], from.slice(1), { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const sink = spawn(into[0], into.slice(1), { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const stops = [endWith(source, options.signal), endWith(sink, options.signal)]
  const all = Promise.all([exitOf(source, from[0]), exitOf(sink, into[0]), textOf(source.stderr), textOf(sink.stdout), textOf(sink.stderr)])
  sink.stdin?.on('error', () => source.kill())
  // A source that nobody reads from any more would wait for ever to be read, deaf to signals: the broken pipe ends it.
  sink.once('close', () => source.stdout?.destroy())
  if (sink.stdin) source.stdout?.pipe(sink.stdin)
  try {
    const [fromCode, intoCode, fromError, intoOut, intoError] = await all
    options.signal.throwIfAborted()
    return { from: { code: fromCode, stdout: '', stderr: fromError }, into: { code: intoCode, stdout: intoOut, stderr: intoError } }
  } finally {
    for (const stop of stops) stop()
  }
}

const exitOf = (child: ChildProcess, program: string): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? new ProgramMissing(program) : error))
    child.once('close', code => resolve(code ?? 128))
  })

/** How long a program may take to end in order. */
const patience = 10_000

/** Ends the child when the signal comes; the result forgets the signal again. */
const endWith = (child: ChildProcess, signal: AbortSignal): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = () => {
    kill(child, 'SIGTERM')
    timer = setTimeout(() => kill(child, 'SIGKILL'), patience)
  }
  signal.addEventListener('abort', end, { once: true })
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

/** Ends a program with all that it started: kind's `docker run` would else go on and leave a container behind. */
const kill = (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void => {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    child.kill(signal)
  }
}

const textOf = async (stream: NodeJS.ReadableStream | null, onLine?: (line: string) => void): Promise<string> => {
  let text = ''
  let line = ''
  if (!stream) return text
  const decoder = new TextDecoder()
  for await (const chunk of stream) {
    const piece = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    text += piece
    if (!onLine) continue
    const lines = (line + piece).split('\n')
    line = lines.pop() ?? ''
    for (const whole of lines) onLine(whole)
  }
  if (onLine && line) onLine(line)
  return text
}
