/** One member of a row that differs: where, and what it was and became; undefined where it was not there. */
export interface MemberChange {
  /** Such as `service.desiredCount` or `task.containers[0].lastStatus`. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** What differs between two rows, by the members that hold values. */
export const memberChanges = (before: unknown, after: unknown, path = ''): readonly MemberChange[] => {
  if (Object.is(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after)) return elementChanges(before, after, path)
  const [old, fresh] = [partsOf(before), partsOf(after)]
  if (old === undefined || fresh === undefined || Array.isArray(before) !== Array.isArray(after)) return [{ path, before, after }]
  const names = new Set([...old.keys(), ...fresh.keys()])
  return [...names].flatMap(name => {
    return memberChanges(old.get(name), fresh.get(name), path === '' ? name : `${path}.${name}`)
  })
}

/** Of lists, what stands between the elements that both begin and both end with: one put in front changes no other. */
const elementChanges = (before: readonly unknown[], after: readonly unknown[], path: string): readonly MemberChange[] => {
  const shorter = Math.min(before.length, after.length)
  const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
  let ahead = 0
  while (ahead < shorter && isSame(before[ahead], after[ahead])) ahead++
  let behind = 0
  while (behind < shorter - ahead && isSame(before.at(-1 - behind), after.at(-1 - behind))) behind++
  const between = Math.max(before.length, after.length) - ahead - behind
  return Array.from({ length: between }, (_, index) => index + ahead).flatMap(index =>
    memberChanges(
      index < before.length - behind ? before[index] : undefined,
      index < after.length - behind ? after[index] : undefined,
      `${path}[${index}]`,
    ),
  )
}

const partsOf = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined
