// Inputs of operations as fast-check makes them from the generated schemas: mostly what the model allows, with names that
// meet again and references to what earlier calls made; now and then anything else.
import * as fc from 'fast-check'
import type { Limits, Shape } from '../../server/aws/shape.ts'

/** Stands for something that an earlier call answered; `resolveInput` puts it in. */
const mark = '\u0001'

/** A reference in an input that is written by hand. */
export const referTo = (member: string, which = 1): string => `${mark}${member}${mark}${which}`

const reference = (member: string): fc.Arbitrary<string> => fc.nat(9_999).map(which => referTo(member, which))

const names = fc.constantFrom('a', 'b', 'web', 'app', 'default', 'x-1', 'FARGATE', '1', '256', '512', '/', 'vpc-1', 'subnet-1', 'subnet-2')
const odd = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    ' ',
    '*',
    '%',
    '\u0000',
    '__proto__',
    'constructor',
    'toString',
    'a'.repeat(300),
    '😀',
    '../..',
    'arn:aws:ecs',
    '${x}',
  ),
)

const textOf = (member: string, limits: Limits | undefined): fc.Arbitrary<string> => {
  const values = limits?.values
  if (values !== undefined) return fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: odd })
  return fc.oneof({ weight: 12, arbitrary: reference(member) }, { weight: 6, arbitrary: names }, { weight: 1, arbitrary: odd })
}

const edges = [-1, 0, 1, 2, 5, 80, 100, 2_147_483_647, -2_147_483_648]
const numberOf = ({ minimum, maximum }: Limits = {}): fc.Arbitrary<number> => {
  const bounds = [minimum, maximum].flatMap(bound => (bound === undefined ? [] : [bound, bound - 1, bound + 1]))
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: Math.max(minimum ?? 0, -1_000), max: Math.min(maximum ?? 1_000, 100_000) }) },
    { weight: 1, arbitrary: fc.constantFrom(...edges, ...bounds) },
  )
}

/** At most so many of a structure's optional members at once: a call rarely has all. */
const mostOptional = 5

const compiled = new WeakMap<Shape, Map<string, fc.Arbitrary<unknown>>>()

/** Values of a shape. `member` is the name that it has where it stands: what is referred to depends on it. */
export const valueOf = (shape: Shape, member: string): fc.Arbitrary<unknown> => {
  const found = compiled.get(shape) ?? new Map<string, fc.Arbitrary<unknown>>()
  compiled.set(shape, found)
  const known = found.get(member)
  if (known !== undefined) return known
  const made = compile(shape, member)
  found.set(member, made)
  return made
}

const compile = (shape: Shape, member: string): fc.Arbitrary<unknown> => {
  switch (shape.kind) {
    case 'structure':
      return structureOf(shape.members)
    case 'list':
      return fc.array(valueOf(shape.of, member), { maxLength: 3 })
    case 'map':
      return fc.dictionary(fc.oneof(names, odd), valueOf(shape.of, member), { maxKeys: 3 })
    case 'string':
      return textOf(member, shape.limits)
    case 'blob':
      return fc.constantFrom('', 'YQ==')
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'long':
    case 'double':
      return numberOf(shape.limits)
    case 'timestamp':
      return fc.constantFrom(0, 1_767_225_600, 1_798_761_600.5, -1)
    case 'document':
      return fc.jsonValue({ maxDepth: 2 })
  }
}

type Members = Extract<Shape, { kind: 'structure' }>['members']

const structureOf = (members: Members): fc.Arbitrary<Record<string, unknown>> => {
  const arbitraryOf = ({ name, shape }: Members[number]): fc.Arbitrary<unknown> => valueOf(shape, name)
  const required = members.filter(each => each.required)
  const optional = members.filter(each => !each.required)
  const always = fc.record(Object.fromEntries(required.map(each => [each.name, arbitraryOf(each)])))
  if (optional.length === 0) return always
  const some = fc
    .uniqueArray(fc.nat(optional.length - 1), { maxLength: mostOptional })
    .chain(chosen =>
      fc.record(Object.fromEntries(optional.filter((_, index) => chosen.includes(index)).map(each => [each.name, arbitraryOf(each)]))),
    )
  return fc.tuple(always, some).map(([has, more]) => ({ ...has, ...more }))
}

/** What takes the place of one value of an input, whatever the model says. */
export interface Spoilt {
  readonly at: number
  readonly value: unknown
}
export const spoilt: fc.Arbitrary<Spoilt | undefined> = fc.option(
  fc.record({ at: fc.nat(200), value: fc.oneof(fc.jsonValue({ maxDepth: 2 }), odd, fc.constantFrom(null, -1, 1e300, 0.5, true)) }),
  { freq: 20, nil: undefined },
)

/** The input with its references put in and, where it is to be, one of its values replaced. */
export const resolveInput = (input: unknown, spoil: Spoilt | undefined, refer: (member: string, which: number) => string): unknown => {
  let place = 0
  const walk = (value: unknown): unknown => {
    if (spoil !== undefined && place++ === spoil.at) return spoil.value
    if (typeof value === 'string') {
      if (!value.startsWith(mark)) return value
      const [, member = '', which = '0'] = value.split(mark)
      return refer(member, Number(which))
    }
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each)]))
  }
  return walk(input)
}

/** The input as the query protocol's form. */
export const formOf = (action: string, version: string, shape: Shape, input: unknown): string => {
  const form = new URLSearchParams({ Action: action, Version: version })
  const write = (name: string, value: unknown, of: Shape | undefined): void => {
    if (Array.isArray(value)) {
      if (value.length === 0) form.append(name, '')
      value.forEach((each, index) => write(`${name}.member.${index + 1}`, each, of?.kind === 'list' ? of.of : undefined))
    } else if (typeof value === 'object' && value !== null) {
      Object.entries(value).forEach(([key, each], index) => {
        if (of?.kind === 'map') {
          form.append(`${name}.entry.${index + 1}.key`, key)
          write(`${name}.entry.${index + 1}.value`, each, of.of)
        } else {
          const member = of?.kind === 'structure' ? of.members.find(candidate => candidate.name === key) : undefined
          write(name === '' ? key : `${name}.${key}`, each, member?.shape)
        }
      })
    } else if (typeof value === 'string') form.append(name, value)
    else if (value !== null && value !== undefined) form.append(name, JSON.stringify(value))
  }
  write('', input, shape)
  return form.toString()
}

/** What earlier calls answered: ARNs, ids and names, by what they are of. */
export class Answered {
  readonly #byKind = new Map<string, string[]>()
  readonly #all: string[] = []

  /** Takes in every text of an answer that may be referred to. */
  take(answer: unknown, member = ''): void {
    if (typeof answer === 'string') this.#note(member, answer)
    else if (Array.isArray(answer)) for (const each of answer) this.take(each, member)
    else if (typeof answer === 'object' && answer !== null) for (const [key, each] of Object.entries(answer)) this.take(each, key)
  }

  refer(member: string, which: number): string {
    const known = this.#byKind.get(kindOf(member) + formIn(member)) ?? this.#byKind.get(kindOf(member)) ?? []
    const from = known.length > 0 && which % 10 !== 0 ? known : this.#all
    return from[which % Math.max(from.length, 1)] ?? 'none'
  }

  #note(member: string, text: string): void {
    if (!/Arn$|Arns$|^(Id|.*Id|.*Name|name|family|id|.*Token|NextMarker)$/.test(member) || text.length > 300) return
    const [kind, form] = text.startsWith('arn:')
      ? [kindOfArn(text), 'arn']
      : [idKinds[text.split('-')[0] ?? ''] ?? kindOf(member), formIn(member)]
    if (this.#all.includes(text)) return
    for (const key of new Set([kind, kind + form])) {
      const known = this.#byKind.get(key) ?? []
      if (known.length < 50) this.#byKind.set(key, [...known, text])
    }
    this.#all.push(text)
  }
}

/** Cloud Map's ids say what they are of; the member that holds one is often just `Id`. */
const idKinds: Readonly<Record<string, string>> = { ns: 'namespace', srv: 'service' }

/** `taskdefinition` of `arn:aws:ecs:REGION:ACCOUNT:task-definition/web:1`. */
const kindOfArn = (arn: string): string => (arn.split(':')[5]?.split('/')[0] ?? '').replaceAll('-', '')

/** `clusterArn`, `cluster` and `clusters` are of one kind. */
const kindOf = (member: string): string => {
  const base = member
    .replace(/(Arns?|Ids?|Names?|Identifiers?)$/, '')
    .replace(/s$/, '')
    .toLowerCase()
  return base === 'rule' ? 'listenerrule' : base
}

/** Whether a member's name asks for an ARN or an id. */
const formIn = (member: string): string => /(arn|id)s?$/i.exec(member)?.[1]?.toLowerCase() ?? ''
