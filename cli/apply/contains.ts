/**
 * Whether `there` is as `wanted` asks: every member that is asked for is there with that value, and lists are of the same
 * elements in the same order. What is there beside that is AWS' defaults.
 */
export const contains = (there: unknown, wanted: unknown): boolean => {
  if (Array.isArray(wanted)) {
    return Array.isArray(there) && there.length === wanted.length && wanted.every((each, index) => contains(there[index], each))
  }
  if (typeof wanted !== 'object' || wanted === null) return Object.is(there, wanted)
  if (typeof there !== 'object' || there === null) return false
  const members = new Map<string, unknown>(Object.entries(there))
  return Object.entries(wanted).every(([name, value]) => contains(members.get(name), value))
}
