import type { ArgDef } from 'citty'
import { type Component, components } from '../../shared/names.ts'
import { driverNames } from '../cluster/driver.ts'
import { type Command, aliasesOf } from '../command.ts'
import { commands } from '../commands/index.ts'
import { listInstances } from '../instance.ts'

/** A word that may come next, and what it is for. */
export interface Candidate {
  readonly value: string
  readonly about: string
}

/** Words that may come next; `files`: any path of this machine. */
export type Completion = readonly Candidate[] | 'files'

/** What the words depend on beside the commands. */
export interface CompletionSources {
  readonly home: string
  /** Names of the local Docker's images; none where it does not answer. */
  images(): Promise<readonly string[]>
}

export const shells = ['bash', 'zsh', 'fish'] as const

/** What may stand in place of the last of `words` (`''` after a space), the words after `kecs`. */
export const candidates = async (words: readonly string[], sources: CompletionSources): Promise<Completion> => {
  const current = words.at(-1) ?? ''
  const found = await allCandidates(words.slice(0, -1), current, sources)
  if (found === 'files') return found
  return found.filter(({ value }) => value.startsWith(current))
}

const allCandidates = async (before: readonly string[], current: string, sources: CompletionSources): Promise<Completion> => {
  const [name, ...rest] = before
  if (name === undefined) return current.startsWith('-') ? rootFlags : commandNames()
  if (name === 'help') return commandNames()
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (entry === undefined) return []
  const [second = '', ...behind] = rest
  if ('words' in entry && rest.length === 0) return Object.entries(entry.words).map(([value, { summary }]) => ({ value, about: summary }))
  const found = 'words' in entry ? (Object.hasOwn(entry.words, second) ? entry.words[second] : undefined) : entry
  if (found === undefined) return []
  const command = await found.load()
  const own = 'words' in entry ? behind : rest
  const flag = flagAwaitingValue(command, own)
  if (flag !== undefined) return valuesOfFlag(command, flag, sources)
  if (current.startsWith('-')) return flagsOf(command, own)
  return valuesOfWord(command, own, sources)
}

const rootFlags: readonly Candidate[] = [
  { value: '--help', about: 'print the commands' },
  { value: '--version', about: 'print the version' },
]

const commandNames = (): readonly Candidate[] => Object.entries(commands).map(([value, { summary }]) => ({ value, about: summary }))

/** The name of the flag that the last word is and whose value comes now. */
const flagAwaitingValue = (command: Command, words: readonly string[]): string | undefined => {
  const last = words.at(-1)
  if (last?.startsWith('-') !== true || last.includes('=')) return undefined
  const found = Object.entries(command.args).find(
    ([name, definition]) => `--${name}` === last || aliasesOf(definition).some(alias => `-${alias}` === last),
  )
  return found === undefined || found[1].type === 'boolean' || found[1].type === 'positional' ? undefined : found[0]
}

const flagsOf = (command: Command, words: readonly string[]): readonly Candidate[] => [
  ...Object.entries(command.args).flatMap(([name, definition]): Candidate[] => {
    if (definition.type === 'positional') return []
    const value = definition.type === 'boolean' && definition.default === true ? `--no-${name}` : `--${name}`
    return words.includes(value) ? [] : [{ value, about: definition.description ?? '' }]
  }),
  { value: '--help', about: 'say more about the command' },
]

const plain = (values: readonly string[], about = ''): readonly Candidate[] => values.map(value => ({ value, about }))

const valuesOfFlag = async (command: Command, flag: string, sources: CompletionSources): Promise<Completion> => {
  const definition = command.args[flag]
  if (definition?.type === 'enum') return plain(definition.options ?? [])
  switch (flag) {
    case 'name':
      return (await listInstances(sources.home)).map(({ name, driver }) => ({ value: name, about: `on ${driver}` }))
    case 'driver':
      return plain(driverNames)
    case 'bundle':
    case 'data':
    case 'from-go':
    case 'keys':
    case 'process-file':
      return 'files'
    case 'backend':
      return plain(['none'])
    case 'image':
      return plain(await sources.images())
    default:
      return plain(choicesOf(definition))
  }
}

/** Of a value that is described as one of several words, such as `open|strict`. */
const choicesOf = (definition: ArgDef | undefined): readonly string[] => {
  const hint = definition !== undefined && 'valueHint' in definition ? (definition.valueHint ?? '') : ''
  return /^[a-z-]+(\|[a-z-]+)+$/.test(hint) ? hint.split('|') : []
}

const aboutComponent: Readonly<Record<Component, string>> = {
  'control-plane': 'ECS and ELBv2',
  traefik: 'the door',
  localstack: 'other AWS services',
  registry: 'images with an ECR address',
  agent: 'the node agent',
}

const valuesOfWord = async (command: Command, words: readonly string[], sources: CompletionSources): Promise<Completion> => {
  const isFirst = !words.some((word, index) => !word.startsWith('-') && flagAwaitingValue(command, words.slice(0, index)) === undefined)
  if ('component' in command.args) return isFirst ? components.map(value => ({ value, about: aboutComponent[value] })) : []
  if ('file' in command.args) return 'files'
  if (command.rest === 'IMAGE') return plain((await sources.images()).filter(image => !words.includes(image)))
  return command.name === 'completion' && isFirst ? plain(shells) : []
}
