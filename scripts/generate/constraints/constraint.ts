/** Limits of one shape of the model, by JSON Schema's keywords, and where the shape is used in inputs. */
export interface Limit {
  /** The shape's name in AWS's model. */
  readonly shape: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly minimum?: number
  readonly maximum?: number
  /** As AWS prints it in its message: Java's dialect. */
  readonly pattern?: string
  /** `Structure.member`, followed by `[]` for a list's members, `{key}` or `{value}` for a map's. */
  readonly members: readonly string[]
}

/** What a service's model says of its members and the SDK's package does not. */
export interface Constraints {
  /** Members that take fractions: every other number is a whole one. */
  readonly doubles: readonly string[]
  /** Whole numbers of 64 bits. */
  readonly longs: readonly string[]
  readonly limits: readonly Limit[]
}

/** JSON Schema keywords for a place in the model. */
export type Keywords = Readonly<Record<string, unknown>>

/** Indexes constraints by place. A place that the model lacks is reported by `unused`: the tables would rot otherwise. */
export interface PlacedConstraints {
  /** `double`, `long` or `integer` for a number. */
  numberAt(place: string): 'double' | 'long' | 'integer'
  keywordsAt(place: string): Keywords
  unused(): readonly string[]
}

export function placeConstraints({ doubles, longs, limits }: Constraints): PlacedConstraints {
  const keywords = new Map<string, Keywords>()
  for (const { shape: _, members, ...limit } of limits) for (const member of members) keywords.set(member, limit)
  const places = new Set([...doubles, ...longs, ...keywords.keys()])
  const doubleSet = new Set(doubles)
  const longSet = new Set(longs)
  return {
    numberAt(place) {
      places.delete(place)
      if (doubleSet.has(place)) return 'double'
      return longSet.has(place) ? 'long' : 'integer'
    },
    keywordsAt(place) {
      places.delete(place)
      return keywords.get(place) ?? {}
    },
    unused: () => [...places],
  }
}
