import type { ArgsDef } from 'citty'
import { version } from '../shared/version.ts'
import { type Command, aliasesOf } from './command.ts'
import { type CommandEntry, type WordEntry, commands } from './commands/index.ts'
import type { Paint } from './output/paint.ts'
import { wrap } from './output/wrap.ts'

type Rows = readonly (readonly [left: string, right: string])[]

/** Two columns; what does not fit into the line goes on below in the right one. */
const columns = (rows: Rows, paint: Paint, lineWidth: number): readonly string[] => {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  const room = lineWidth - width - 5
  const isNarrow = room < leastRoom
  return rows.flatMap(([left, right]) => {
    const shown = `  ${paint('cyan', left)}`
    if (isNarrow) return [shown, ...wrap(right, lineWidth - 6).map(line => `      ${line}`)]
    const [first = '', ...rest] = wrap(right, room)
    return [`${shown}${' '.repeat(width - left.length)}   ${first}`.trimEnd(), ...rest.map(line => `${' '.repeat(width + 5)}${line}`)]
  })
}

/** Columns that a right column needs to be read; with less it goes below the left one. */
const leastRoom = 28

/** The help of `kecs` itself, in lines of at most `width` columns. */
export const rootHelp = (paint: Paint, width: number): string => {
  const lines = [
    ...wrap(`kecs ${version}: Amazon ECS and Elastic Load Balancing v2 on a real Kubernetes cluster on this machine.`, width),
    '',
    `${paint('bold', 'Usage')}  kecs COMMAND [FLAGS]`,
  ]
  const typedWidth = Math.max(...Object.entries(commands).map(([name, entry]) => typedName(name, entry).length))
  for (const group of ['Instance', 'Use', 'Cluster', 'Program'] as const) {
    lines.push('', paint('bold', group))
    for (const [name, entry] of Object.entries(commands)) {
      if (entry.group !== group) continue
      lines.push(...columns([[typedName(name, entry).padEnd(typedWidth), entry.summary]], paint, width))
    }
  }
  lines.push(
    '',
    paint('bold', 'First steps'),
    ...columns(
      [
        ['kecs up', 'start; a few seconds to a minute'],
        ['eval "$(kecs env)"', 'point the AWS CLI and SDKs of this shell at it'],
        ['aws ecs create-cluster', 'and use it as you would AWS'],
      ],
      paint,
      width,
    ),
    '',
    'kecs COMMAND --help says more about each.',
  )
  return lines.join('\n')
}

/** A command of one second word is typed with it; of several, they are in its own help. */
const typedName = (name: string, entry: CommandEntry): string => {
  const words = 'words' in entry ? Object.keys(entry.words) : []
  return words.length === 1 ? `${name} ${words[0]}` : name
}

/** The help of a command with several second words. */
export const groupHelp = (name: string, summary: string, words: Readonly<Record<string, WordEntry>>, paint: Paint, width: number): string =>
  [
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    '',
    `${paint('bold', 'Usage')}  kecs ${name} COMMAND [FLAGS]`,
    '',
    ...columns(
      Object.entries(words).map(([word, entry]) => [word, entry.summary]),
      paint,
      width,
    ),
    '',
    `kecs ${name} COMMAND --help says more about each.`,
  ].join('\n')

/** The help of one command, in lines of at most `width` columns. */
export const commandHelp = (command: Command, paint: Paint, width: number): string => {
  const positionals = Object.entries(command.args).filter(([, definition]) => definition.type === 'positional')
  const words = typedWords(command)
  const lines = [command.summary]
  for (const paragraph of command.description?.split('\n\n') ?? []) {
    lines.push('', ...wrap(paragraph.replaceAll('\n', ' '), Math.min(width, mostProse)))
  }
  lines.push('', `${paint('bold', 'Usage')}  kecs ${[command.name, ...words, '[FLAGS]'].join(' ')}`)
  if (positionals.length > 0) {
    const rows = positionals.map(([name, definition]) => [name.toUpperCase(), definition.description ?? ''] as const)
    lines.push('', paint('bold', 'Words'), ...columns(rows, paint, width))
  }
  lines.push('', paint('bold', 'Flags'), ...columns(flagRows(command.args), paint, width))
  if (command.examples.length > 0) lines.push('', paint('bold', 'Examples'), ...columns(command.examples, paint, width))
  return lines.join('\n')
}

/** Its positionals as they are typed, such as `IMAGE…` and `[COMPONENT]`. */
export const typedWords = ({ args, rest }: Command): readonly string[] => {
  const positionals = Object.entries(args).filter(([, definition]) => definition.type === 'positional')
  return positionals.map(([name, { required }], index) => {
    const word = required === false ? `[${name.toUpperCase()}]` : name.toUpperCase()
    return rest && index === positionals.length - 1 ? `${word}…` : word
  })
}

/** Longer lines of prose are hard to read. */
const mostProse = 118

/** Each flag as it is typed, and what it is for. */
export const flagRows = (args: ArgsDef): readonly (readonly [string, string])[] => {
  const rows = Object.entries(args).flatMap(([name, definition]): (readonly [string, string])[] => {
    if (definition.type === 'positional') return []
    const alias = aliasesOf(definition).map(letter => `-${letter}, `)
    if (definition.type !== 'boolean')
      return [[`${alias.join('')}--${name} ${definition.valueHint ?? 'VALUE'}`, definition.description ?? '']]
    const isNegative = definition.default === true
    return [[`${alias.join('')}--${isNegative ? 'no-' : ''}${name}`, definition.description ?? '']]
  })
  return [...rows, ['-h, --help', 'print this']]
}
