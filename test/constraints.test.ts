// Every length, range, pattern and enumeration that the models hold inputs to is violated once, in every place of every
// operation, and refused in the words of AWS' model validator.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { model as autoscaling } from '../server/aws/generated/application-autoscaling.ts'
import { model as ecs } from '../server/aws/generated/ecs.ts'
import { model as elbv2 } from '../server/aws/generated/elbv2.ts'
import { model as discovery } from '../server/aws/generated/servicediscovery.ts'
import { type Limits, type Shape, shapeOf } from '../server/aws/shape.ts'
import type { ServiceModel } from '../server/aws/service.ts'
import { ControlWorld } from './support/control-world.ts'
import { readAnswer, wireBody } from './support/wire.ts'

let world: ControlWorld
beforeAll(() => {
  world = new ControlWorld()
})
afterAll(() => world.stop())

interface Violation {
  readonly input: unknown
  /** As AWS writes it: members with a small first letter, items of lists as `tags.1.member`. */
  readonly place: string
  /** Undefined where what is wrong is too long to be told here. */
  readonly shown: string | undefined
  readonly constraint: string
}

/** Texts of which one fits whatever pattern a model has for what it demands. */
const texts = [
  'a',
  '200',
  'HTTP',
  'a'.repeat(12),
  'a.example',
  'ipam-pool-a',
  'ipv4pool-coip-a',
  'arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target/a',
]
const fits = ({ pattern, minLength = 0, maxLength = Infinity }: Limits, text: string): boolean =>
  text.length >= minLength && text.length <= maxLength && (pattern === undefined || matches(pattern, text))
const matches = (pattern: string, text: string): boolean => {
  const source = `^(?:${pattern.replaceAll(String.raw`\p{Print}`, '[ -~]')})$`
  try {
    return new RegExp(source, 'u').test(text)
  } catch {
    return new RegExp(source).test(text)
  }
}

/** The least that a shape takes. */
function least(shape: Shape): unknown {
  switch (shape.kind) {
    case 'structure':
      return Object.fromEntries(shape.members.filter(({ required }) => required).map(({ name, shape: of }) => [name, least(of)]))
    case 'list':
      return Array.from({ length: shape.limits?.minLength ?? 0 }, () => least(shape.of))
    case 'map':
      return Object.fromEntries(Array.from({ length: shape.limits?.minLength ?? 0 }, (_, index) => [`k${index}`, least(shape.of)]))
    case 'boolean':
      return true
    case 'string':
    case 'blob':
      return shape.limits?.values?.[0] ?? texts.find(text => fits(shape.limits ?? {}, text)) ?? 'a'
    case 'document':
      return {}
    default:
      return Math.max(shape.limits?.minimum ?? 1, 1)
  }
}

/** The least of which a form of the query protocol shows that it is there. */
const some = (shape: Shape): unknown => {
  const [first] = shape.kind === 'structure' && !shape.members.some(({ required }) => required) ? shape.members : []
  return first === undefined ? least(shape) : { [first.name]: least(first.shape) }
}

const deepest = 8

function* violationsOf(shape: Shape, place: string, put: (value: unknown) => unknown, depth = 0): Generator<Violation> {
  if (depth > deepest || shape.kind === 'document') return
  if (shape.kind !== 'structure') yield* ownViolations(shape, place, put)
  if (shape.kind === 'structure') {
    const base = least(shape)
    for (const { name, shape: of } of shape.members) {
      const at = name.charAt(0).toLowerCase() + name.slice(1)
      yield* violationsOf(of, place === '' ? at : `${place}.${at}`, value => put({ ...Object(base), [name]: value }), depth + 1)
    }
  }
  if (shape.kind === 'list') yield* violationsOf(shape.of, `${place}.1.member`, value => put([value]), depth + 1)
  if (shape.kind === 'map') yield* violationsOf(shape.of, `${place}.k.member`, value => put({ k: value }), depth + 1)
}

function* ownViolations(
  shape: Exclude<Shape, { kind: 'structure' | 'document' }>,
  place: string,
  put: (value: unknown) => unknown,
): Generator<Violation> {
  const { minimum, maximum, minLength, maxLength, pattern, values } = shape.limits ?? {}
  const of = (value: unknown, constraint: string, shown?: string): Violation => ({ input: put(value), place, shown, constraint })
  if (minimum !== undefined) yield of(minimum - 1, `Member must have value greater than or equal to ${minimum}`, String(minimum - 1))
  if (maximum !== undefined && maximum < 2 ** 31 - 1) {
    yield of(maximum + 1, `Member must have value less than or equal to ${maximum}`, String(maximum + 1))
  }
  if (shape.kind === 'string') {
    if (values !== undefined) yield of('nonsense', `Member must satisfy enum value set: [${values.join(', ')}]`, 'nonsense')
    if (minLength !== undefined && minLength > 0) yield of('', `Member must have length greater than or equal to ${minLength}`, '')
    if (maxLength !== undefined) yield of('a'.repeat(maxLength + 1), `Member must have length less than or equal to ${maxLength}`)
    const odd = '\u0000'
    if (pattern !== undefined && !matches(pattern, odd)) yield of(odd, `Member must satisfy regular expression pattern: ${pattern}`)
  }
  if (shape.kind === 'list') {
    if (minLength !== undefined && minLength > 0) yield of([], `Member must have length greater than or equal to ${minLength}`, '[]')
    if (maxLength !== undefined) {
      const many = Array.from({ length: maxLength + 1 }, () => some(shape.of))
      yield of(many, `Member must have length less than or equal to ${maxLength}`)
    }
  }
}

const codeOf = (model: ServiceModel, operation: string): string => {
  if (model === elbv2) return 'ValidationError'
  if (model === discovery) return 'InvalidInput'
  if (model === autoscaling) return 'ValidationException'
  // ECS gives ClientException for what is wrong with a task definition.
  return /^(Register|Deregister|Describe|Delete)TaskDefinitions?$/.test(operation) ? 'ClientException' : 'InvalidParameterException'
}

describe.each<ServiceModel>([ecs, elbv2, discovery, autoscaling])('$signingName', model => {
  test('refuses what its model does not allow, wherever it stands', async () => {
    const service = world.services.find(each => each.model === model)
    if (service === undefined) throw new Error(`there is no ${model.signingName}`)
    const wrong: string[] = []
    let count = 0
    for (const [operation, { input }] of Object.entries(model.operations)) {
      for (const violation of violationsOf(shapeOf(input), '', value => value)) {
        const { place, shown, constraint } = violation
        const { status, text } = await world.call(service, operation, wireBody(model, operation, Object(violation.input)))
        const { code, message = '' } = readAnswer(model, status, text)
        const expected = `${shown === undefined ? '' : `Value '${shown}'`} at '${place}' failed to satisfy constraint: ${constraint}`
        // ECS names the log drivers in words of its own.
        const isSaid = place.endsWith('logDriver') ? message.startsWith('nonsense is not a valid log driver.') : message.includes(expected)
        if (code !== codeOf(model, operation) || !isSaid) wrong.push(`${operation}, ${expected}: ${code} ${message.slice(0, 300)}`)
        count += 1
      }
    }
    expect(wrong.slice(0, 20)).toEqual([])
    expect(count).toBeGreaterThan(50)
  }, 60_000)
})
