/** Whether two JSON values say the same; a member that is undefined counts as absent, as it does on disk. */
export const sameJson = (one: unknown, other: unknown): boolean => {
  if (one === other) return true
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false
  if (one['length'] !== other['length'] && Array.isArray(one)) return false
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every(name => sameJson(one[name], other[name]))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
