import { type Token, shellTokens } from './shell-words.ts'

/** What a command does, in milliseconds since its start. Without `exit` it runs until it is stopped, as a server does. */
export interface Course {
  readonly lines: readonly { readonly atMs: number; readonly text: string }[]
  readonly exit?: { readonly atMs: number; readonly code: number }
}

/** Runs until it is stopped. */
const forever: Course = { lines: [] }

/**
 * What a container's command would do: `sleep`, `echo`, `exit`, `true` and `false`, alone or in `sh -c`, joined by
 * `;`, `&&` and `||`. A script runs up to the first command that is not among them, which then runs until it is stopped.
 */
export const courseOf = (argv: readonly string[], environment: ReadonlyMap<string, string>): Course => {
  const [program, option, script] = argv
  // The image's own command, which nobody knows here.
  if (program === undefined) return forever
  const isShell = /^(\/usr)?(\/bin\/)?(sh|bash|ash|dash)$/.test(program)
  if (!isShell) return run(argv.map(word => ({ word })))
  if (option === undefined || !/^-[eux]*c$/.test(option) || script === undefined) return forever
  const tokens = shellTokens(script, environment)
  return tokens === undefined ? forever : run(tokens, option.includes('e'))
}

const run = (tokens: readonly Token[], exitsOnError = false): Course => {
  const lines: { atMs: number; text: string }[] = []
  let atMs = 0
  let status = 0
  let skipped = false
  for (const { words, joinedBy } of commandsOf(tokens)) {
    skipped = (joinedBy === '&&' && status !== 0) || (joinedBy === '||' && status === 0)
    if (skipped || words.length === 0) continue
    const done = simple(words, status)
    if (done === undefined) return { lines }
    if (done.text !== undefined) lines.push({ atMs, text: done.text })
    atMs += done.takesMs ?? 0
    if (atMs === Infinity) return { lines }
    status = done.status
    if (done.ends === true || (exitsOnError && status !== 0)) break
  }
  return { lines, exit: { atMs, code: status } }
}

export interface Command {
  readonly words: readonly string[]
  readonly joinedBy: ';' | '&&' | '||'
}

/** The commands of a script's tokens, and what joins each to the one before. */
export const commandsOf = (tokens: readonly Token[]): readonly Command[] => {
  const commands: Command[] = []
  let words: string[] = []
  let joinedBy: Command['joinedBy'] = ';'
  for (const token of tokens) {
    if ('word' in token) words.push(token.word)
    else {
      commands.push({ words, joinedBy })
      words = []
      joinedBy = token.operator
    }
  }
  return [...commands, { words, joinedBy }]
}

export interface Done {
  readonly status: number
  readonly text?: string
  readonly takesMs?: number
  readonly ends?: boolean
}

/** Undefined for a command that is not known. */
export const simple = (words: readonly string[], lastStatus: number): Done | undefined => {
  const [name = '', ...rest] = words
  switch (name.replace(/^(\/usr)?\/bin\//, '')) {
    case 'true':
    case ':':
      return { status: 0 }
    case 'false':
      return { status: 1 }
    case 'echo':
      return { status: 0, text: (rest[0] === '-n' ? rest.slice(1) : rest).join(' ') }
    case 'exit':
      return { status: rest[0] === undefined ? lastStatus : Number(rest[0]) & 255, ends: true }
    case 'exec': {
      const done = simple(rest, lastStatus)
      return done === undefined ? undefined : { ...done, ends: true }
    }
    case 'sleep':
      return slept(rest)
    default:
      return undefined
  }
}

const slept = (durations: readonly string[]): Done => {
  const all = durations.map(durationMs)
  if (all.length === 0 || all.includes(undefined)) return { status: 1, text: 'sleep: invalid time interval' }
  return { status: 0, takesMs: all.reduce<number>((sum, each) => sum + (each ?? 0), 0) }
}

const units = new Map([
  ['ms', 1],
  ['', 1_000],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** Milliseconds of `5`, `1.5s`, `200ms`, `2m`, `infinity`; undefined for anything else. */
export const durationMs = (text: string): number | undefined => {
  if (/^inf(inity)?$/.test(text)) return Infinity
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text)
  return match === null ? undefined : Number(match[1]) * (units.get(match[2] ?? '') ?? 1_000)
}
