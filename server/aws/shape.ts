// The generated TypeBox schemas, read once into what the protocols and the validator work on: AWS's own kinds of shape.
import { KindGuard, type TSchema } from '@sinclair/typebox'

/** Limits of a shape; lengths are of strings (in characters), lists and maps. */
export interface Limits {
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  /** As the model has it: Java's dialect. */
  readonly pattern?: string
  readonly values?: readonly string[]
}

export interface Member {
  readonly name: string
  readonly required: boolean
  readonly shape: Shape
}

export type ScalarKind = 'string' | 'blob' | 'boolean' | 'integer' | 'long' | 'double' | 'timestamp'

export type Shape =
  | { readonly kind: 'structure'; readonly members: readonly Member[] }
  | { readonly kind: 'list'; readonly of: Shape; readonly limits: Limits | undefined }
  | { readonly kind: 'map'; readonly keys: Limits | undefined; readonly of: Shape; readonly limits: Limits | undefined }
  | { readonly kind: ScalarKind; readonly limits: Limits | undefined }
  | { readonly kind: 'document' }

const known = new WeakMap<TSchema, Shape>()

/** The shape of a generated schema. Throws on a schema that the generator does not write. */
export function shapeOf(schema: TSchema): Shape {
  const found = known.get(schema)
  if (found) return found
  const shape = read(schema)
  known.set(schema, shape)
  return shape
}

function read(schema: TSchema): Shape {
  if (KindGuard.IsObject(schema)) {
    const members = Object.entries(schema.properties).map(([name, member]) => ({
      name,
      required: !KindGuard.IsOptional(member),
      shape: shapeOf(member),
    }))
    return { kind: 'structure', members }
  }
  if (KindGuard.IsArray(schema)) return { kind: 'list', of: shapeOf(schema.items), limits: limitsOf(schema) }
  if (KindGuard.IsRecord(schema)) {
    const [of] = Object.values(schema.patternProperties)
    if (!of) throw new Error('a map without a type of its values')
    return { kind: 'map', keys: limitsOf(propertyNames(schema)), of: shapeOf(of), limits: limitsOf(schema) }
  }
  return readScalar(schema)
}

function readScalar(schema: TSchema): Shape {
  const limits = limitsOf(schema)
  if (KindGuard.IsBoolean(schema)) return { kind: 'boolean', limits }
  if (KindGuard.IsInteger(schema)) return { kind: schema['format'] === 'long' ? 'long' : 'integer', limits }
  if (KindGuard.IsNumber(schema)) return { kind: schema['format'] === 'timestamp' ? 'timestamp' : 'double', limits }
  if (KindGuard.IsUnknown(schema)) return { kind: 'document' }
  // Enumerations are Type.Unsafe over a string.
  if (schema['type'] === 'string') return { kind: schema['format'] === 'blob' ? 'blob' : 'string', limits }
  throw new Error(`a schema that the generator does not write: ${JSON.stringify(schema)}`)
}

type Keywords = Readonly<Record<string, unknown>>
const propertyNames = (schema: Keywords): Keywords => {
  const names = schema['propertyNames']
  return typeof names === 'object' && names !== null ? { ...names } : {}
}

function limitsOf(schema: Keywords): Limits | undefined {
  const number = (...names: string[]): number | undefined => {
    for (const name of names) {
      const value = schema[name]
      if (typeof value === 'number') return value
    }
    return undefined
  }
  const { enum: values, pattern } = schema
  const minimum = number('minimum')
  const maximum = number('maximum')
  const minLength = number('minLength', 'minItems', 'minProperties')
  const maxLength = number('maxLength', 'maxItems', 'maxProperties')
  const limits: Limits = {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(typeof pattern === 'string' ? { pattern } : {}),
    ...(Array.isArray(values) ? { values: values.map(String) } : {}),
  }
  return Object.keys(limits).length > 0 ? limits : undefined
}
