// A shape's limits, each as a function that says which constraint a value breaks, in AWS's words.
import { isRecord } from '../record.ts'
import type { Limits } from '../shape.ts'

export type LimitCheck = (value: unknown) => string | undefined

export function limitChecks(limits: Limits | undefined): readonly LimitCheck[] {
  if (!limits) return []
  const { minimum, maximum, minLength, maxLength, pattern, values } = limits
  const checks: LimitCheck[] = []
  if (minimum !== undefined)
    checks.push(value => (Number(value) < minimum ? `Member must have value greater than or equal to ${minimum}` : undefined))
  if (maximum !== undefined)
    checks.push(value => (Number(value) > maximum ? `Member must have value less than or equal to ${maximum}` : undefined))
  if (minLength !== undefined)
    checks.push(value => (lengthOf(value) < minLength ? `Member must have length greater than or equal to ${minLength}` : undefined))
  if (maxLength !== undefined)
    checks.push(value => (lengthOf(value) > maxLength ? `Member must have length less than or equal to ${maxLength}` : undefined))
  if (pattern !== undefined) checks.push(patternCheck(pattern, maxLength))
  if (values) {
    const allowed = new Set(values)
    const constraint = `Member must satisfy enum value set: [${values.join(', ')}]`
    checks.push(value => (typeof value === 'string' && allowed.has(value) ? undefined : constraint))
  }
  return checks
}

/**
 * Some of the models' patterns take time that grows with the square of a text's length: one that is far too long is said to
 * be that, by the check of its length, and is not matched.
 */
function patternCheck(pattern: string, maxLength: number | undefined): LimitCheck {
  const expression = fromJava(pattern)
  const constraint = `Member must satisfy regular expression pattern: ${pattern}`
  const longest = maxLength === undefined ? Infinity : Math.max(4 * maxLength, 4_096)
  return value => {
    const text = String(value)
    return text.length > longest || expression.test(text) ? undefined : constraint
  }
}

/**
 * The whole value must match, as by Java's `Pattern.matches`. Java's `\p{Print}` is printable ASCII. The models' patterns
 * are simple; those that JavaScript's `v`-less Unicode mode refuses for needless escapes are read without it.
 */
function fromJava(pattern: string): RegExp {
  const source = `^(?:${pattern.replaceAll(String.raw`\p{Print}`, '[ -~]')})$`
  try {
    return new RegExp(source, 'u')
  } catch {
    return new RegExp(source)
  }
}

/** Characters of a string, members of a list or map. Java counts UTF-16 units, as JavaScript does. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  return isRecord(value) ? Object.keys(value).length : 0
}
