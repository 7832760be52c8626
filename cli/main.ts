#!/usr/bin/env bun
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { systemClock } from '../shared/clock.ts'
import { CliError } from '../shared/errors.ts'
import { version } from '../shared/version.ts'
import type { Command } from './command.ts'
import { type CommandEntry, commands } from './commands/index.ts'
import type { Host } from './host.ts'
import { type Stream, createOutput } from './output.ts'
import { reportError } from './report-error.ts'
import { closest } from './suggest.ts'

/** Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted. */
export const main = async (words: readonly string[], host: Host): Promise<number> => {
  try {
    return await run(words, host)
  } catch (error) {
    return reportError(error, host)
  }
}

const run = async (words: readonly string[], host: Host): Promise<number> => {
  const [name, ...rest] = words
  if (name === undefined || ['help', '--help', '-h'].includes(name)) return help(rest, host)
  if (name === '--version' || name === '-v' || name === '-V') {
    host.output.print(`kecs ${version}`)
    return 0
  }
  if (asksForHelp(rest)) return help([name, ...rest.filter(word => !word.startsWith('-'))], host)
  const { load, words: own } = findCommand(name, rest)
  const command = await load()
  return command.execute(own, host)
}

const asksForHelp = (words: readonly string[]): boolean => {
  const end = words.indexOf('--')
  return (end === -1 ? words : words.slice(0, end)).some(word => word === '--help' || word === '-h')
}

const findEntry = (name: string): CommandEntry => {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (entry !== undefined) return entry
  const near = name.startsWith('-') ? undefined : closest(name, Object.keys(commands))
  const what = name.startsWith('-') ? `Flags go after the command: "${name}" has none before it.` : `There is no command "${name}".`
  throw new CliError(what, near === undefined ? 'See: kecs --help' : `Did you mean: kecs ${near}`, { exitCode: 2 })
}

interface Found {
  readonly load: () => Promise<Command>
  /** What is left for it. */
  readonly words: readonly string[]
}

const findCommand = (name: string, rest: readonly string[]): Found => {
  const entry = findEntry(name)
  if (!('words' in entry)) return { load: entry.load, words: rest }
  const [second, ...own] = rest
  const found = second !== undefined && Object.hasOwn(entry.words, second) ? entry.words[second] : undefined
  if (found !== undefined) return { load: found.load, words: own }
  if (second === undefined || second.startsWith('-')) {
    const what = `kecs ${name} needs another word: ${Object.keys(entry.words).join(', ')}.`
    throw new CliError(what, `See: kecs ${name} --help`, { exitCode: 2 })
  }
  const near = closest(second, Object.keys(entry.words))
  throw new CliError(
    `There is no command "${name} ${second}".`,
    near === undefined ? `See: kecs ${name} --help` : `Did you mean: kecs ${name} ${near}`,
    { exitCode: 2 },
  )
}

const help = async ([name, second]: readonly string[], host: Host): Promise<number> => {
  const { commandHelp, groupHelp, rootHelp } = await import('./help.ts')
  const { columns, paintResult: paint, stdoutIsTerminal } = host.output
  // A program that reads it gets whole lines.
  const width = stdoutIsTerminal ? columns : Number.POSITIVE_INFINITY
  const text = async (): Promise<string> => {
    if (name === undefined) return rootHelp(paint, width)
    const entry = findEntry(name)
    if (!('words' in entry)) return commandHelp(await entry.load(), paint, width)
    const found = second !== undefined && Object.hasOwn(entry.words, second) ? entry.words[second] : undefined
    const [only] = Object.keys(entry.words).length === 1 ? Object.values(entry.words) : []
    const shown = found ?? only
    return shown === undefined ? groupHelp(name, entry.summary, entry.words, paint, width) : commandHelp(await shown.load(), paint, width)
  }
  host.output.print(await text())
  return 0
}

/** Standard output, which tells whether all that was written to it has arrived. */
const watchedStdout = () => {
  const stream = process.stdout
  let last: Promise<Error | undefined> = Promise.resolve(undefined)
  // A reader that has gone, as in `kecs logs | head`, wants no more and is no error.
  stream.on('error', error => {
    if (isReaderGone(error)) process.exit(0)
  })
  return {
    write: (text: string | Uint8Array) => {
      last = new Promise(done => stream.write(text, error => done(error ?? undefined)))
    },
    isTTY: stream.isTTY,
    columns: stream.columns,
    /** Undefined, or why what was written last was lost. */
    flushed: () => last,
  }
}

const isReaderGone = (error: Error): boolean => 'code' in error && (error.code === 'EPIPE' || error.code === 'EIO')

/** The host of this process, interrupted by SIGINT and SIGTERM; a second SIGINT ends the process at once. */
const processHost = (stdout: Stream): Host => {
  const { env } = process
  const interrupt = new AbortController()
  let isInterrupted = false
  const onEnd = () => interrupt.abort(new CliError('Interrupted.', '', { exitCode: 130 }))
  const onInterrupt = () => {
    if (isInterrupted) {
      // Steps hide the cursor.
      if (process.stderr.isTTY) process.stderr.write('\u001B[?25h')
      process.exit(130)
    }
    isInterrupted = true
    onEnd()
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onEnd)
  // The terminal was closed. What `nohup` starts has none, and goes on.
  if (process.stdout.isTTY || process.stderr.isTTY) process.on('SIGHUP', onEnd)
  // Progress that nobody can read any more hinders no work.
  process.stderr.on('error', () => {})
  return {
    env,
    cwd: process.cwd(),
    home: resolve(env['KECS_HOME'] || join(homedir(), '.kecs')),
    output: createOutput({ stdout, stderr: process.stderr, env, now: () => performance.now() }),
    signal: interrupt.signal,
    clock: systemClock,
    canAsk: process.stdin.isTTY && process.stderr.isTTY,
  }
}

const start = async (): Promise<void> => {
  const stdout = watchedStdout()
  const host = processHost(stdout)
  const code = await main(process.argv.slice(2), host)
  const lost = await stdout.flushed()
  if (lost !== undefined && !isReaderGone(lost)) reportError(new CliError(`The output could not be written: ${lost.message}.`, ''), host)
  await new Promise(done => process.stderr.write('', done))
  process.exit(lost === undefined ? code : isReaderGone(lost) ? 0 : 1)
}

if (import.meta.main) void start()
