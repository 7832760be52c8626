import { parseArgs as readFlags } from 'node:util'
import { type ArgDef, type ArgsDef, parseArgs } from 'citty'
import { CliError } from '../shared/errors.ts'
import type { Host } from './host.ts'
import { closest } from './suggest.ts'

/** One example of a command's help: what is typed, and what it does. */
export type Example = readonly [line: string, meaning: string]

/** A command as its file declares it; `Arguments` gives the values of the flags that `args` names, and of no others. */
export interface CommandDefinition<T extends ArgsDef> {
  /** As it is typed, such as `image load`. */
  readonly name: string
  readonly summary: string
  /** Shown below the summary in the command's help. */
  readonly description?: string
  readonly args: T
  /** The name of a repeated last positional, such as IMAGE; empty where it is not shown. Without it surplus words are refused. */
  readonly rest?: string
  readonly examples: readonly Example[]
  /** Answers the exit code where it is not 0. Throws `CliError`. */
  run(args: Arguments<T>, host: Host): Promise<number | void>
}

/** A command as main.ts and the help see it. */
export interface Command {
  readonly name: string
  readonly summary: string
  readonly description?: string
  readonly args: ArgsDef
  readonly rest?: string
  readonly examples: readonly Example[]
  /** Throws `CliError` with exit code 2 for arguments that the command does not take. */
  execute(words: readonly string[], host: Host): Promise<number>
}

export const defineCommand = <const T extends ArgsDef>(definition: CommandDefinition<T>): Command => ({
  ...definition,
  execute: async (words, host) => {
    const { positionals, repeated } = checkArguments(definition, words)
    return (await definition.run(new Arguments<T>(parseArgs<T>([...words], definition.args), positionals, repeated), host)) ?? 0
  },
})

/** Values of a command's flags and positionals, by the names that its definition has. */
export class Arguments<T extends ArgsDef = ArgsDef> {
  readonly #values: Readonly<Record<string, unknown>>
  /** All positionals. */
  readonly words: readonly string[]
  readonly #repeated: ReadonlyMap<string, readonly string[]>

  constructor(
    values: Readonly<Record<string, unknown>>,
    words: readonly string[],
    repeated: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.#values = values
    this.words = words
    this.#repeated = repeated
  }

  /** Every value of a string flag that may be given several times. */
  texts(name: keyof T & string): readonly string[] {
    return this.#repeated.get(name) ?? []
  }

  /** A string flag or positional; undefined when it was not given. */
  text(name: keyof T & string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** A boolean flag; undefined when it was not given and has no default. */
  flag(name: keyof T & string): boolean | undefined {
    const value = this.#values[name]
    return typeof value === 'boolean' ? value : undefined
  }

  /** A whole number from `least` to `most`. Throws a usage error for anything else. */
  number(name: keyof T & string, least: number, most: number): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
    throw new CliError(`--${name} ${value} is not a number ${range}.`, '', { exitCode: 2 })
  }
}

/** The letters that stand for a flag. */
export const aliasesOf = (definition: ArgDef): readonly string[] => ('alias' in definition ? [definition.alias ?? []].flat() : [])

export const port = { least: 1, most: 65_535 } as const

/**
 * Refuses what citty lets pass or words for programmers: unknown flags, flags without their value or with one that is not
 * among their choices, surplus words. Answers the positionals and every value of each flag.
 */
const checkArguments = (command: CommandDefinition<ArgsDef>, words: readonly string[]): CheckedArguments => {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {}
  const positionals: string[] = []
  const choices = new Map<string, readonly string[]>()
  for (const [name, definition] of Object.entries(command.args)) {
    if (definition.type === 'positional') {
      positionals.push(name)
      continue
    }
    if (definition.type === 'enum') choices.set(name, definition.options ?? [])
    const [alias] = aliasesOf(definition)
    options[name] = { type: definition.type === 'boolean' ? 'boolean' : 'string', ...(alias === undefined ? {} : { short: alias }) }
  }
  const help = `See: kecs ${command.name} --help`
  const { tokens } = readFlags({ args: [...words], options, strict: false, allowPositionals: true, tokens: true })
  const given: string[] = []
  const repeated = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') given.push(token.value)
    if (token.kind !== 'option') continue
    const negated = token.rawName.startsWith('--no-') ? token.rawName.slice('--no-'.length) : undefined
    const option = options[token.name] ?? (negated !== undefined && options[negated]?.type === 'boolean' ? options[negated] : undefined)
    if (option === undefined) {
      const known = [...Object.keys(options).map(name => `--${name}`), '--help']
      const near = closest(token.rawName, known)
      throw new CliError(
        `kecs ${command.name} has no flag ${token.rawName}.`,
        near === undefined ? help : `Did you mean ${near}? ${help}`,
        {
          exitCode: 2,
        },
      )
    }
    if (option.type !== 'string') {
      // Any other word would be taken for yes, `no` too.
      if (token.value === undefined || ['true', 'false'].includes(token.value)) continue
      throw new CliError(`${token.rawName} takes no value but true or false, not ${token.value}.`, help, { exitCode: 2 })
    }
    checkValue(token, choices.get(token.name), help)
    repeated.set(token.name, [...(repeated.get(token.name) ?? []), token.value ?? ''])
  }
  const surplus = given[positionals.length]
  if (surplus !== undefined && command.rest === undefined) {
    throw new CliError(`kecs ${command.name} does not take "${surplus}".`, help, { exitCode: 2 })
  }
  const missing = positionals.slice(given.length).find(name => command.args[name]?.required !== false)
  if (missing !== undefined) throw new CliError(`kecs ${command.name} needs ${missing.toUpperCase()}.`, help, { exitCode: 2 })
  return { positionals: given, repeated }
}

interface CheckedArguments {
  readonly positionals: readonly string[]
  readonly repeated: ReadonlyMap<string, readonly string[]>
}

interface GivenFlag {
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

/** Refuses a flag that has no value where it needs one, or one that is not among its choices. */
const checkValue = ({ rawName, value, inlineValue }: GivenFlag, choices: readonly string[] | undefined, help: string): void => {
  if (value === undefined || value === '' || (inlineValue !== true && value.startsWith('-'))) {
    throw new CliError(`${rawName} needs a value.`, help, { exitCode: 2 })
  }
  if (choices !== undefined && !choices.includes(value)) {
    throw new CliError(`${rawName} ${value} is not one of ${choices.join(', ')}.`, help, { exitCode: 2 })
  }
}
