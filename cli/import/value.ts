// Values of imported resources: JSON, in which a part may be known only once another resource is there.

/** An attribute of another resource of the same import, such as the ARN of a target group. */
export interface Reference {
  /** The resource's `id` in the import. */
  readonly id: string
  readonly attribute: string
  /** One of the pieces between separators, where it is not all of it. */
  readonly piece?: { readonly separator: string; readonly index: number }
}

/** A text with parts that other resources give. */
export class Deferred {
  readonly parts: readonly (string | Reference)[]

  constructor(parts: readonly (string | Reference)[]) {
    this.parts = parts
  }

  /** As plans show it. */
  toJSON(): string {
    return this.parts.map(part => (typeof part === 'string' ? part : `(${part.attribute} of ${part.id})`)).join('')
  }
}

export const reference = (id: string, attribute = 'arn'): Deferred => new Deferred([{ id, attribute }])

/** The texts joined: a text where all of it is known. */
export const joined = (parts: readonly (string | Deferred)[]): string | Deferred => {
  const flat = parts.flatMap(part => (typeof part === 'string' ? [part] : part.parts))
  return flat.every(part => typeof part === 'string') ? flat.join('') : new Deferred(flat)
}

const pieceOf = ({ piece }: Reference, whole: string | undefined): string | undefined =>
  piece === undefined ? whole : whole?.split(piece.separator)[piece.index]

export type Lookup = (reference: Reference) => string | undefined

/** The value with every reference that `lookup` knows put in; what it does not know stays deferred. */
export const resolved = (value: unknown, lookup: Lookup): unknown => {
  if (value instanceof Deferred) {
    const parts = value.parts.map(part => (typeof part === 'string' ? part : (pieceOf(part, lookup(part)) ?? new Deferred([part]))))
    return joined(parts)
  }
  if (Array.isArray(value)) return value.map(each => resolved(each, lookup))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolved(member, lookup)]))
}

/** Whether some part of the value is not known yet. */
export const isDeferred = (value: unknown): boolean => {
  if (value instanceof Deferred) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(isDeferred)
}

/** Every reference in a value. */
export const referencesIn = (value: unknown): readonly Reference[] => {
  if (value instanceof Deferred) return value.parts.filter(part => typeof part !== 'string')
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(referencesIn)
}
