// What an import is to bring about: resources, and what of the source has no place.

export type Input = Readonly<Record<string, unknown>>

/** In the order in which one needs the other. */
export const kindNames = [
  'namespace',
  'discovery service',
  'capacity provider',
  'cluster',
  'target group',
  'load balancer',
  'listener',
  'rule',
  'task definition',
  'service',
  'scalable target',
] as const
export type KindName = (typeof kindNames)[number]

export interface Wanted {
  readonly kind: KindName
  /** Unique in the import and the same each time: it is how the resource is known again. At most 200 characters. */
  readonly id: string
  /** As people know it. */
  readonly name: string
  /** What the API's Create… takes; may have `Deferred` parts. */
  readonly input: Input
  /** Ids of services that are to be steady before this one is made. */
  readonly after?: readonly string[]
  /** Members that are as `input` has them when it is made: later they are for something else to change. */
  readonly initial?: readonly string[]
}

/** What a source's files say. */
export interface Source {
  readonly wanted: readonly Wanted[]
  /** What has no place here, each in a sentence that names it. */
  readonly notes: readonly string[]
}

/** The tags by which an import knows its resources. */
export const importTag = 'kecs:import'
export const idTag = 'kecs:import-id'

export const recordOf = (value: unknown): Input | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
/** A text, number or truth value as text; empty for what is none. */
export const written = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
/** An empty list of the query protocol is an empty text. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const recordsOf = (value: unknown): readonly Input[] =>
  listOf(value)
    .map(recordOf)
    .filter(each => each !== undefined)

/** The tags of an answer, whichever case their members have. */
export const tagsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(recordsOf(value).map(tag => [textOf(tag['key'] ?? tag['Key']), textOf(tag['value'] ?? tag['Value'])]))

export const only = (value: Input, names: readonly string[]): Input =>
  Object.fromEntries(names.flatMap(name => (value[name] === undefined ? [] : [[name, value[name]]])))

export const without = (value: Input, names: readonly string[]): Input =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
