#!/usr/bin/env bun
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { systemClock } from '../shared/clock.ts'
import { CliError } from '../shared/errors.ts'
import { version } from '../shared/version.ts'
import { type CommandEntry, commands } from './commands/index.ts'
import type { Host } from './host.ts'
import { createOutput } from './output.ts'
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
  if (name === undefined || ['help', '--help', '-h'].includes(name)) return help(rest[0], host)
  if (name === '--version' || name === '-v' || name === '-V') {
    host.output.print(`kecs ${version}`)
    return 0
  }
  const { entry, words: own } = findCommand(name, rest)
  if (asksForHelp(own)) return help(name, host)
  const command = await entry.load()
  return command.execute(own, host)
}

const asksForHelp = (words: readonly string[]): boolean => {
  const end = words.indexOf('--')
  return (end === -1 ? words : words.slice(0, end)).some(word => word === '--help' || word === '-h')
}

const findCommand = (name: string, rest: readonly string[]): { entry: CommandEntry; words: readonly string[] } => {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (entry === undefined) {
    const near = name.startsWith('-') ? undefined : closest(name, Object.keys(commands))
    const what = name.startsWith('-') ? `Flags go after the command: "${name}" has none before it.` : `There is no command "${name}".`
    throw new CliError(what, near === undefined ? 'See: kecs --help' : `Did you mean: kecs ${near}`, { exitCode: 2 })
  }
  if (entry.words === undefined || asksForHelp(rest)) return { entry, words: rest }
  const [second, ...own] = rest
  if (second !== undefined && entry.words.includes(second)) return { entry, words: own }
  throw new CliError(
    second === undefined ? `kecs ${name} needs another word.` : `There is no command "${name} ${second}".`,
    `See: kecs ${name} ${entry.words[0]} --help`,
    { exitCode: 2 },
  )
}

const help = async (name: string | undefined, host: Host): Promise<number> => {
  const { commandHelp, rootHelp } = await import('./help.ts')
  const { columns, paint, stdoutIsTerminal } = host.output
  // A program that reads it gets whole lines.
  const width = stdoutIsTerminal ? columns : Number.POSITIVE_INFINITY
  host.output.print(
    name === undefined ? rootHelp(paint, width) : commandHelp(await findCommand(name, ['--help']).entry.load(), paint, width),
  )
  return 0
}

/** The host of this process, interrupted by SIGINT and SIGTERM; a second SIGINT ends the process at once. */
const processHost = (): Host => {
  const { env } = process
  const interrupt = new AbortController()
  let isInterrupted = false
  const onInterrupt = () => {
    if (isInterrupted) {
      // Steps hide the cursor.
      if (process.stderr.isTTY) process.stderr.write('\u001B[?25h')
      process.exit(130)
    }
    isInterrupted = true
    interrupt.abort(new CliError('Interrupted.', '', { exitCode: 130 }))
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', () => interrupt.abort(new CliError('Interrupted.', '', { exitCode: 130 })))
  // A reader that has gone, as in `kecs logs | head`, wants no more and is no error.
  process.stdout.on('error', () => process.exit(0))
  return {
    env,
    cwd: process.cwd(),
    home: resolve(env['KECS_HOME'] || join(homedir(), '.kecs')),
    output: createOutput({ stdout: process.stdout, stderr: process.stderr, env, now: () => performance.now() }),
    signal: interrupt.signal,
    clock: systemClock,
    canAsk: process.stdin.isTTY && process.stderr.isTTY,
  }
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise(done => stream.write('', () => done()))

const start = async (): Promise<void> => {
  const code = await main(process.argv.slice(2), processHost())
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(code)
}

if (import.meta.main) void start()
