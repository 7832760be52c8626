import type { ArgsDef } from 'citty'
import { version } from '../shared/version.ts'
import { type Command, aliasesOf } from './command.ts'
import { commands } from './commands/index.ts'
import type { Paint } from './output/paint.ts'

const columns = (rows: readonly (readonly [string, string])[], paint: Paint): string[] => {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${paint('cyan', left)}${' '.repeat(width - left.length)}   ${right}`.trimEnd())
}

/** The help of `kecs` itself. */
export const rootHelp = (paint: Paint): string => {
  const lines = [
    `kecs ${version}: Amazon ECS and Elastic Load Balancing v2 on a real Kubernetes cluster on this machine.`,
    '',
    `${paint('bold', 'Usage')}  kecs COMMAND [FLAGS]`,
  ]
  const width = Math.max(...Object.entries(commands).map(([name, { words }]) => [name, ...(words ?? [])].join(' ').length))
  for (const group of ['Instance', 'Use', 'Cluster', 'Program'] as const) {
    lines.push('', paint('bold', group))
    for (const [name, entry] of Object.entries(commands)) {
      if (entry.group !== group) continue
      const typed = [name, ...(entry.words ?? [])].join(' ')
      lines.push(`  ${paint('cyan', typed)}${' '.repeat(width - typed.length)}   ${entry.summary}`)
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
    ),
    '',
    'kecs COMMAND --help says more about each.',
  )
  return lines.join('\n')
}

/** The help of one command. */
export const commandHelp = (command: Command, paint: Paint): string => {
  const positionals = Object.entries(command.args).filter(([, definition]) => definition.type === 'positional')
  const words = positionals.map(([name, { required }]) => (required === false ? `[${name.toUpperCase()}]` : name.toUpperCase()))
  if (command.rest !== undefined && words.length > 0) words[words.length - 1] = `${words.at(-1)}…`
  const lines = [command.summary]
  if (command.description !== undefined) lines.push('', command.description)
  lines.push('', `${paint('bold', 'Usage')}  kecs ${[command.name, ...words, '[FLAGS]'].join(' ')}`)
  if (positionals.length > 0) {
    const rows = positionals.map(([name, definition]) => [name.toUpperCase(), definition.description ?? ''] as const)
    lines.push('', paint('bold', 'Words'), ...columns(rows, paint))
  }
  lines.push('', paint('bold', 'Flags'), ...columns(flagRows(command.args), paint))
  if (command.examples.length > 0) lines.push('', paint('bold', 'Examples'), ...columns(command.examples, paint))
  return lines.join('\n')
}

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
