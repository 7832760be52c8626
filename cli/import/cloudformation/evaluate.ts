import { CliError } from '../../../shared/errors.ts'
import { Deferred, joined } from '../value.ts'
import { type Input, recordOf, written } from '../wanted.ts'

/** What intrinsic functions ask for beside their own arguments. */
export interface Scope {
  /** A parameter, pseudo parameter or resource. Undefined where there is none of that name. */
  ref(name: string): unknown
  attribute(resource: string, attribute: string): unknown
  condition(name: string): unknown
  mapping(name: string): Input
  imported(name: string): unknown
  readonly region: string
}

/** `AWS::NoValue`: the member is left out. */
const noValue = Symbol('AWS::NoValue')

/**
 * A template's value with its intrinsic functions carried out; parts that other resources give stay deferred. Throws
 * `CliError` for a function that has no meaning here.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export const evaluate = (value: unknown, scope: Scope): unknown => {
  const found = inner(value, scope)
  return found === noValue ? undefined : found
}

const inner = (value: unknown, scope: Scope): unknown => {
  if (value instanceof Deferred) return value
  if (Array.isArray(value)) return value.map(each => inner(each, scope)).filter(each => each !== noValue)
  const record = recordOf(value)
  if (record === undefined) return value
  const [only, ...more] = Object.entries(record)
  if (only !== undefined && more.length === 0) {
    const [name, argument] = only
    if (name === 'Ref') return argument === 'AWS::NoValue' ? noValue : scope.ref(String(argument))
    if (name === 'Condition' && typeof argument === 'string') return isTrue(scope.condition(argument))
    if (name.startsWith('Fn::')) return call(name.slice('Fn::'.length), argument, scope)
  }
  return Object.fromEntries(
    Object.entries(record)
      .map(([name, member]) => [name, inner(member, scope)] as const)
      .filter(([, member]) => member !== noValue),
  )
}

const isTrue = (value: unknown): boolean => value === true || value === 'true'

const call = (name: string, argument: unknown, scope: Scope): unknown => {
  const evaluated = (each: unknown): unknown => evaluate(each, scope)
  const list = (): readonly unknown[] => {
    const found = evaluated(argument)
    return Array.isArray(found) ? found : [found]
  }
  const raw: readonly unknown[] = Array.isArray(argument) ? argument : [argument]
  switch (name) {
    case 'GetAtt': {
      const [resource = '', ...path] = (Array.isArray(argument) ? argument.map(String) : String(argument).split('.')).map(String)
      return scope.attribute(resource, path.join('.'))
    }
    case 'Sub':
      return substitute(argument, scope)
    case 'Join': {
      const [separator = '', parts] = list()
      return joinAll(String(separator), Array.isArray(parts) ? parts : [parts])
    }
    case 'Select': {
      const piece = pieceOf(raw, evaluated)
      if (piece !== undefined) return piece
      const [index, from] = list()
      const chosen: unknown = Array.isArray(from) ? from[Number(index)] : undefined
      if (chosen !== undefined) return chosen
      throw unknowable('Fn::Select', from)
    }
    case 'Split': {
      const [separator, text] = list()
      if (typeof text !== 'string') throw unknowable('Fn::Split', text)
      return text.split(String(separator))
    }
    case 'If': {
      const [condition, yes, no] = raw
      return inner(isTrue(scope.condition(String(condition))) ? yes : no, scope)
    }
    case 'FindInMap': {
      const [map, first, second] = list()
      return recordOf(scope.mapping(String(map))[String(first)])?.[String(second)]
    }
    case 'ImportValue':
      return scope.imported(String(evaluated(argument)))
    case 'GetAZs':
      return ['a', 'b', 'c'].map(zone => `${String(evaluated(argument)) || scope.region}${zone}`)
    case 'Base64':
      return Buffer.from(String(evaluated(argument))).toString('base64')
    case 'Length':
      return list().length
    case 'ToJsonString':
      return JSON.stringify(evaluated(argument))
    default: {
      const found = decided(name, list)
      if (found !== undefined) return found
      throw new CliError(`Fn::${name} cannot be carried out here.`, 'Give the template after its transforms, with values instead.', {
        exitCode: 2,
      })
    }
  }
}

/** Fn::Select of an Fn::Split whose text is another resource's whole attribute; undefined for any other. */
const pieceOf = ([index, from]: readonly unknown[], evaluated: (value: unknown) => unknown): Deferred | undefined => {
  const split = recordOf(from)?.['Fn::Split']
  if (!Array.isArray(split)) return undefined
  const [separator, text] = split.map(evaluated)
  const [part, ...more] = text instanceof Deferred ? text.parts : []
  if (part === undefined || typeof part === 'string' || more.length > 0) return undefined
  return new Deferred([{ ...part, piece: { separator: String(separator), index: Number(evaluated(index)) } }])
}

/** What conditions are made of; undefined for any other function. */
const decided = (name: string, list: () => readonly unknown[]): boolean | undefined => {
  switch (name) {
    case 'Equals': {
      const [a, b] = list()
      return String(a) === String(b)
    }
    case 'Not':
      return !isTrue(list()[0])
    case 'And':
      return list().every(isTrue)
    case 'Or':
      return list().some(isTrue)
    default:
      return undefined
  }
}

const unknowable = (name: string, of: unknown): CliError =>
  new CliError(
    `${name} cannot be carried out: ${of === undefined ? 'there is no such element' : JSON.stringify(of)}.`,
    'What it takes apart has to be known before anything is made.',
    { exitCode: 2 },
  )

const joinAll = (separator: string, parts: readonly unknown[]): string | Deferred =>
  joined(parts.flatMap((part, index) => [...(index === 0 ? [] : [separator]), part instanceof Deferred ? part : textOfPart(part)]))

const textOfPart = (part: unknown): string => (Array.isArray(part) ? part.map(String).join(',') : written(part))

const substitute = (argument: unknown, scope: Scope): string | Deferred => {
  const [text, given] = Array.isArray(argument) ? argument : [argument, {}]
  const own = recordOf(given) ?? {}
  const parts: (string | Deferred)[] = []
  let end = 0
  const whole = String(text)
  for (const match of whole.matchAll(/\$\{(!?)([^}]*)\}/g)) {
    parts.push(whole.slice(end, match.index))
    end = match.index + match[0].length
    const [, literal, name = ''] = match
    const [resource = '', ...path] = name.trim().split('.')
    const value =
      literal === '!'
        ? `\${${name}}`
        : Object.hasOwn(own, name)
          ? evaluate(own[name], scope)
          : path.length > 0
            ? scope.attribute(resource, path.join('.'))
            : scope.ref(resource)
    parts.push(value instanceof Deferred ? value : textOfPart(value))
  }
  return joined([...parts, whole.slice(end)])
}
