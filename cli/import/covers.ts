/**
 * Whether what is there is as it is wanted: as `contains` of fixtures, but nothing and an empty list or structure are the
 * same, as Describe… answers either. A member that is wanted as nothing has to be nothing there.
 */
export const covers = (there: unknown, wanted: unknown): boolean => {
  if (isNothing(wanted)) return isNothing(there)
  if (Array.isArray(wanted)) {
    return Array.isArray(there) && there.length === wanted.length && wanted.every((each, index) => covers(there[index], each))
  }
  if (typeof wanted !== 'object' || wanted === null) return Object.is(there, wanted)
  if (typeof there !== 'object' || there === null) return false
  const members = new Map<string, unknown>(Object.entries(there))
  return Object.entries(wanted).every(([name, value]) => covers(members.get(name), value))
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)

/** The members of `there` that `wanted` speaks of, as deep as it does: what plans compare. */
export const spokenOf = (there: unknown, wanted: unknown): unknown => {
  if (Array.isArray(wanted) && Array.isArray(there)) return there.map((each, index) => spokenOf(each, wanted[index]))
  if (typeof wanted !== 'object' || wanted === null || typeof there !== 'object' || there === null || Array.isArray(there)) return there
  const members = new Map<string, unknown>(Object.entries(wanted))
  return Object.fromEntries(
    Object.entries(there)
      .filter(([name]) => members.has(name))
      .map(([name, value]) => [name, spokenOf(value, members.get(name))]),
  )
}
