// Finds what an operation answers and its model does not have: a bug of the operation, which tests and development surface.
import { isRecord } from '../record.ts'
import type { ScalarKind, Shape } from '../shape.ts'

/**
 * Throws where `value` has a member or a type that the output's shape lacks, or lacks a member that it demands; undefined
 * members are left out by the protocols.
 */
export function checkOutput(shape: Shape, value: unknown, path: string): void {
  const wrong = (): Error =>
    new Error(`the output has ${value === null ? 'null' : typeof value} at ${path}, where the model has a ${shape.kind}`)
  switch (shape.kind) {
    case 'structure': {
      if (!isRecord(value)) throw wrong()
      for (const [name, member] of Object.entries(value)) {
        if (member === undefined) continue
        const known = shape.members.find(candidate => candidate.name === name)
        if (!known) throw new Error(`the output has ${path}.${name}, which the model does not have`)
        checkOutput(known.shape, member, `${path}.${name}`)
      }
      for (const { name, required } of shape.members) {
        if (required && value[name] === undefined) throw new Error(`the output lacks ${path}.${name}, which the model demands`)
      }
      return
    }
    case 'list':
      if (!Array.isArray(value)) throw wrong()
      value.forEach((member, index) => checkOutput(shape.of, member, `${path}[${index}]`))
      return
    case 'map':
      if (!isRecord(value)) throw wrong()
      for (const [key, member] of Object.entries(value)) checkOutput(shape.of, member, `${path}.${key}`)
      return
    case 'document':
      return
    case 'string':
    case 'blob':
      if (typeof value !== 'string') throw wrong()
      if (shape.limits?.values?.includes(value) === false)
        throw new Error(`the output has ${value} at ${path}, which the model does not list`)
      return
    default:
      if (!isScalar(shape.kind, value)) throw wrong()
  }
}

function isScalar(kind: ScalarKind, value: unknown): boolean {
  if (kind === 'boolean') return typeof value === 'boolean'
  return kind === 'integer' || kind === 'long' ? Number.isInteger(value) : Number.isFinite(value)
}
