// Attributes of load balancers, target groups and listeners: texts by keys, each with a default and a rule for its values.
import { validationError } from './refusals.ts'

/** What is wrong with a value, as the message of a ValidationError; undefined where nothing is. */
export type CheckValue = (value: string, key: string) => string | undefined

export interface AttributeRule {
  readonly key: string
  readonly default: string
  readonly check: CheckValue
}

export interface AttributePair {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

export const oneOf =
  (...values: readonly string[]): CheckValue =>
  (value, key) =>
    values.includes(value) ? undefined : `'${key}' must be one of [${values.join(', ')}]`

/** AWS names the value, and not the key, where a listing of some attributes' values is not met. */
export const isOneOf =
  (...values: readonly string[]): CheckValue =>
  value =>
    values.includes(value) ? undefined : `'${value}' must be one of [${values.join(', ')}]`

/** Headers' values; an empty one sets none. */
export const fromFollowing =
  (...values: readonly string[]): CheckValue =>
  (value, key) =>
    value === '' || values.includes(value)
      ? undefined
      : `The value of '${key}' must be from the following: [${values.join(', ')}], but was '${value}'`

export const trueOrFalse: CheckValue = (value, key) =>
  value === 'true' || value === 'false' ? undefined : `The value of '${key}' must be 'true' or 'false', but was '${value}'`

/** Whether a value is a whole number from `least` to `most`, both included. */
export const isWithin = (value: string, least: number, most: number): boolean =>
  /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most

/** A whole number from `least` to `most`, both included; or one of the words. */
export const wholeNumber =
  (least: number, most: number, ...words: readonly string[]): CheckValue =>
  (value, key) => {
    if (words.includes(value) || isWithin(value, least, most)) return undefined
    return `'${key}' value '${value}' must be between '${least}-${most}' inclusive`
  }

export const anyText: CheckValue = () => undefined

/** What may be set, and what else is known of: a key of another kind of resource is told from one that is none. */
export interface AttributeRules {
  /** `Load balancer`: how messages begin. */
  readonly subject: string
  readonly rules: readonly AttributeRule[]
  /** Keys that others of the subject have. */
  readonly known: ReadonlySet<string>
  /** The message for a key that is another's, where AWS tells it from one that is none. */
  readonly ofOthers?: ((key: string) => string) | undefined
}

/** The values that a call sets, by key. Throws ValidationError for keys and values that the rules do not allow. */
export function readAttributes(given: readonly AttributePair[], rules: AttributeRules): Readonly<Record<string, string>> {
  const byKey = new Map(rules.rules.map(rule => [rule.key, rule]))
  const values = new Map<string, string>()
  for (const { Key: key, Value: value = '' } of given) {
    if (key === undefined || key === '') throw validationError(`${rules.subject} attribute key must be specified`)
    if (values.has(key)) throw validationError(`Attribute key '${key}' has been specified more than once`)
    const rule = byKey.get(key)
    if (rule === undefined) throw unknownKey(key, rules)
    const problem = rule.check(value, key)
    if (problem !== undefined) throw validationError(problem)
    values.set(key, value)
  }
  return Object.fromEntries(values)
}

const unknownKey = (key: string, { subject, known, ofOthers }: AttributeRules) =>
  validationError(known.has(key) && ofOthers !== undefined ? ofOthers(key) : `${subject} attribute key '${key}' is not recognized`)

/** Every attribute that there is, set or not, in the rules' order. */
export const allAttributes = (
  rules: readonly AttributeRule[],
  set: Readonly<Record<string, string>>,
): { readonly Key: string; readonly Value: string }[] => rules.map(({ key, default: value }) => ({ Key: key, Value: set[key] ?? value }))
