// Makes of parsed JSON exactly what a shape allows: a new value with known members only, nulls left out. What the shape
// does not know is never walked, so neither `__proto__` nor depth can do harm.
import { isRecord } from '../record.ts'
import type { ScalarKind, Shape } from '../shape.ts'
import { notCollection, notScalar, serializationError } from './wording.ts'

/** Reads a value that is neither null nor undefined. Throws SerializationException where the JSON type is wrong. */
export type Read = (value: unknown) => unknown

/** Documents are free-form JSON, kept as they are up to this depth. */
const deepestDocument = 64

const compiled = new WeakMap<Shape, Read>()

export function jsonReader(shape: Shape): Read {
  const found = compiled.get(shape)
  if (found) return found
  const read = compile(shape)
  compiled.set(shape, read)
  return read
}

function compile(shape: Shape): Read {
  switch (shape.kind) {
    case 'structure':
      return structureReader(shape.members.map(({ name, shape: member }) => [name, jsonReader(member)]))
    case 'list':
      return listReader(jsonReader(shape.of))
    case 'map':
      return mapReader(jsonReader(shape.of))
    case 'document':
      return value => {
        if (!isShallow(value, deepestDocument)) throw serializationError('The document is nested too deeply')
        return value
      }
    case 'string':
    case 'blob':
    case 'boolean':
    case 'integer':
    case 'long':
    case 'double':
    case 'timestamp':
      return scalarReader(shape.kind)
  }
}

function structureReader(members: readonly (readonly [string, Read])[]): Read {
  const readers = new Map(members)
  return value => {
    if (!isRecord(value)) throw notCollection('structure', value)
    const result: Record<string, unknown> = {}
    for (const name of Object.keys(value)) {
      const member = value[name]
      if (member === null) continue
      const read = readers.get(name)
      if (read) result[name] = read(member)
    }
    return result
  }
}

const listReader =
  (read: Read): Read =>
  value => {
    if (!Array.isArray(value)) throw notCollection('list', value)
    // A null stays: the check says that it may not be.
    return value.map((member: unknown) => (member === null ? undefined : read(member)))
  }

const mapReader =
  (read: Read): Read =>
  value => {
    if (!isRecord(value)) throw notCollection('map', value)
    const entries: [string, unknown][] = []
    for (const key of Object.keys(value)) {
      const member = value[key]
      if (member !== null) entries.push([key, read(member)])
    }
    // Defines own properties, `__proto__` too.
    return Object.fromEntries(entries)
  }

const accepts: Readonly<Record<ScalarKind, (value: unknown) => boolean>> = {
  string: value => typeof value === 'string',
  blob: value => typeof value === 'string',
  boolean: value => typeof value === 'boolean',
  integer: value => Number.isInteger(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31,
  long: value => Number.isSafeInteger(value),
  double: value => typeof value === 'number',
  timestamp: value => typeof value === 'number',
}

function scalarReader(kind: ScalarKind): Read {
  const accept = accepts[kind]
  return value => {
    if (!accept(value)) throw notScalar(kind, value)
    return value
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  return Object.values(value).every(member => isShallow(member, depth - 1))
}
