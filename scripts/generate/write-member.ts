// A member's TypeScript type and its TypeBox schema.
import type { Keywords, PlacedConstraints } from './constraints/constraint.ts'
import type { Reference, Scalar } from './model.ts'

const types: Readonly<Record<Scalar, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  timestamp: 'number',
  document: 'unknown',
  blob: 'string',
}

export function writeType(type: Reference): string {
  switch (type.kind) {
    case 'structure':
      return type.name
    case 'list': {
      const of = writeType(type.of)
      return `readonly ${/[ |]/.test(of) ? `(${of})` : of}[]`
    }
    case 'map':
      return `Readonly<Record<string, ${writeType(type.of)}>>`
    case 'scalar':
      return type.enum ?? types[type.scalar]
  }
}

/** `place` is `Structure.member`, followed by `[]` or `{value}` below it. */
export function writeSchema(type: Reference, place: string, constraints: PlacedConstraints, extra: Keywords = {}): string {
  const keywords: Keywords = { ...constraints.keywordsAt(place), ...extra }
  switch (type.kind) {
    case 'structure':
      return type.name
    case 'list':
      return `Type.Array(${writeSchema(type.of, `${place}[]`, constraints)}${following(keywords)})`
    case 'map': {
      const keys = constraints.keywordsAt(`${place}{key}`)
      const all = Object.keys(keys).length > 0 ? { propertyNames: keys, ...keywords } : keywords
      return `Type.Record(Type.String(), ${writeSchema(type.of, `${place}{value}`, constraints)}${following(all)})`
    }
    case 'scalar':
      return type.enum ? writeEnum(type.enum, keywords) : writeScalar(type.scalar, place, constraints, keywords)
  }
}

function writeScalar(scalar: Scalar, place: string, constraints: PlacedConstraints, keywords: Keywords): string {
  switch (scalar) {
    case 'string':
      return `Type.String(${only(keywords)})`
    case 'boolean':
      return `Type.Boolean(${only(keywords)})`
    case 'document':
      return `Type.Unknown(${only(keywords)})`
    case 'timestamp':
      return `Type.Number(${only({ format: 'timestamp', ...keywords })})`
    case 'blob':
      return `Type.String(${only({ format: 'blob', ...keywords })})`
    case 'number': {
      const kind = constraints.numberAt(place)
      if (kind === 'double') return `Type.Number(${only(keywords)})`
      return `Type.Integer(${only(kind === 'long' ? { format: 'long', ...keywords } : keywords)})`
    }
  }
}

const writeEnum = (name: string, keywords: Keywords): string => {
  const extra = Object.keys(keywords).length > 0 ? `, ...${JSON.stringify(keywords)}` : ''
  return `Type.Unsafe<${name}>({ ...Type.String(), enum: ${name}${extra} })`
}
const only = (keywords: Keywords): string => (Object.keys(keywords).length > 0 ? JSON.stringify(keywords) : '')
const following = (keywords: Keywords): string => (Object.keys(keywords).length > 0 ? `, ${JSON.stringify(keywords)}` : '')
