// Checks a value that already has the right types against what the model demands: required members and limits.
import { isRecord } from '../record.ts'
import type { Limits, Shape } from '../shape.ts'
import { limitChecks } from './limits.ts'

/** Where a value is, leaf first: built while descending, written out only when something is wrong. */
export interface Place {
  readonly parent: Place | undefined
  readonly segment: string
}

export interface Violation {
  readonly place: Place
  /** undefined: the member is missing. */
  readonly value: unknown
  /** The kind of the shape that was expected there. */
  readonly kind: Shape['kind']
  /** What AWS writes behind "failed to satisfy constraint: ". */
  readonly constraint: string
}

export type Check = (value: unknown, place: Place | undefined, violations: Violation[]) => void

const notNull = 'Member must not be null'
const compiled = new WeakMap<Shape, { readonly check: Check | undefined }>()

/** The check of a shape; undefined where it demands nothing, so that nothing is walked. */
export function checkOf(shape: Shape): Check | undefined {
  const found = compiled.get(shape)
  if (found) return found.check
  const check = compile(shape)
  compiled.set(shape, { check })
  return check
}

function compile(shape: Shape): Check | undefined {
  switch (shape.kind) {
    case 'structure':
      return structureCheck(shape)
    case 'list':
      return listCheck(shape)
    case 'map':
      return mapCheck(shape)
    case 'document':
      return undefined
    default:
      return scalarCheck(shape.kind, shape.limits)
  }
}

function scalarCheck(kind: Shape['kind'], limits: Limits | undefined): Check | undefined {
  const checks = limitChecks(limits)
  if (checks.length === 0) return undefined
  return (value, place, violations) => {
    for (const check of checks) {
      const constraint = check(value)
      if (constraint !== undefined && place) violations.push({ place, value, kind, constraint })
    }
  }
}

function structureCheck({ members }: Extract<Shape, { kind: 'structure' }>): Check | undefined {
  const demands = members.flatMap(({ name, required, shape }) => {
    const check = checkOf(shape)
    // AWS names members with a small first letter, whatever the protocol.
    const segment = name.charAt(0).toLowerCase() + name.slice(1)
    return required || check ? [{ name, segment, required, kind: shape.kind, check }] : []
  })
  if (demands.length === 0) return undefined
  return (value, parent, violations) => {
    if (!isRecord(value)) return
    for (const { name, segment, required, kind, check } of demands) {
      const member = value[name]
      if (member === undefined) {
        if (required) violations.push({ place: { parent, segment }, value: undefined, kind, constraint: notNull })
      } else {
        check?.(member, { parent, segment }, violations)
      }
    }
  }
}

function listCheck({ of, limits }: Extract<Shape, { kind: 'list' }>): Check {
  const own = scalarCheck('list', limits)
  const member = checkOf(of)
  return (value, place, violations) => {
    own?.(value, place, violations)
    if (!Array.isArray(value)) return
    value.forEach((item: unknown, index) => {
      if (item !== undefined && !member) return
      const at = { parent: { parent: place, segment: String(index + 1) }, segment: 'member' }
      if (item === undefined) violations.push({ place: at, value: undefined, kind: of.kind, constraint: notNull })
      else member?.(item, at, violations)
    })
  }
}

function mapCheck({ keys, of, limits }: Extract<Shape, { kind: 'map' }>): Check | undefined {
  const own = scalarCheck('map', limits)
  const key = scalarCheck('string', keys)
  const member = checkOf(of)
  if (!own && !key && !member) return undefined
  return (value, place, violations) => {
    own?.(value, place, violations)
    if (!isRecord(value)) return
    for (const [name, item] of Object.entries(value)) {
      const at = { parent: place, segment: name }
      key?.(name, { parent: at, segment: 'key' }, violations)
      member?.(item, { parent: at, segment: 'member' }, violations)
    }
  }
}
