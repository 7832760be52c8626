import { ClusterQueryError } from './cluster-query-error.ts'

/** Every operator's spellings, the longer before those that they begin with. Sticky. */
export const operators =
  /not_equals\b|equals\b|greater_than_equal\b|greater_than\b|less_than_equal\b|less_than\b|not_exists\b|exists\b|not_in\b|in\b|not_matches\b|matches\b|!exists\b|!in\b|==|!=|>=|<=|=~|!~|>|</y

/** Reads the operator's argument; only the one that the operator takes is called. */
export interface Arguments {
  readonly word: () => string
  readonly list: () => readonly string[]
  readonly pattern: () => string
}

type Test = (values: readonly string[]) => boolean

/** The test that an operator with its argument makes on a subject's values. Throws `ClusterQueryError`. */
export function compileComparison(subject: string, spelling: string, read: Arguments): Test {
  const has =
    (isWanted: (value: string) => boolean): Test =>
    values =>
      values.some(isWanted)
  const hasNot =
    (isWanted: (value: string) => boolean): Test =>
    values =>
      !values.some(isWanted)
  const order = (isWanted: (sign: number) => boolean): Test => {
    const wanted = read.word()
    return has(value => {
      const sign = compare(subject, value, wanted)
      return sign !== undefined && isWanted(sign)
    })
  }
  const equal = (): ((value: string) => boolean) => {
    const wanted = read.word()
    return value => isSame(subject, value, wanted)
  }
  const among = (): ((value: string) => boolean) => {
    const wanted = read.list()
    return value => wanted.some(each => isSame(subject, value, each))
  }
  const matching = (): ((value: string) => boolean) => {
    const pattern = wholePattern(read.pattern())
    return value => pattern.test(value)
  }
  switch (spelling) {
    case '==':
    case 'equals':
      return has(equal())
    case '!=':
    case 'not_equals':
      return hasNot(equal())
    case '>':
    case 'greater_than':
      return order(sign => sign > 0)
    case '>=':
    case 'greater_than_equal':
      return order(sign => sign >= 0)
    case '<':
    case 'less_than':
      return order(sign => sign < 0)
    case '<=':
    case 'less_than_equal':
      return order(sign => sign <= 0)
    case 'exists':
      return values => values.length > 0
    case '!exists':
    case 'not_exists':
      return values => values.length === 0
    case 'in':
      return has(among())
    case '!in':
    case 'not_in':
      return hasNot(among())
    case '=~':
    case 'matches':
      return has(matching())
    default:
      return hasNot(matching())
  }
}

const isSame = (subject: string, value: string, wanted: string): boolean =>
  subject.startsWith('attribute:') || subject === 'task:group' ? value === wanted : compare(subject, value, wanted) === 0

/** Below, at or above 0 as `value` is less than, equal to or more than `wanted`; undefined where they cannot be compared. */
function compare(subject: string, value: string, wanted: string): number | undefined {
  if (subject === 'registeredAt') return difference(Date.parse(value), Date.parse(wanted))
  if (subject === 'agentVersion') return compareVersions(value, wanted)
  const numbers = difference(Number(value), Number(wanted))
  if (numbers !== undefined) return numbers
  return value === wanted ? 0 : value < wanted ? -1 : 1
}

const difference = (one: number, other: number): number | undefined => (Number.isNaN(one) || Number.isNaN(other) ? undefined : one - other)

function compareVersions(one: string, other: string): number {
  const [these, those] = [one, other].map(version => version.split('.').map(part => Number.parseInt(part, 10) || 0))
  for (let index = 0; index < Math.max(these?.length ?? 0, those?.length ?? 0); index += 1) {
    const sign = (these?.[index] ?? 0) - (those?.[index] ?? 0)
    if (sign !== 0) return sign
  }
  return 0
}

const maxRepetitions = 3

/** A regular expression that has to match the whole value, and does or does not within a bounded time. */
function wholePattern(source: string): RegExp {
  const plain = source.replaceAll(/\\./g, '_').replaceAll(/\[[^\]]*\]/g, '_')
  const repetitions = plain.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0
  // A group that repeats must have one way to match: no choice and no repetition in it, nor another group.
  if (repetitions > maxRepetitions || /\([^()]*[*+?{|)(][^()]*\)[*+{]|\)\)+[*+{]/.test(plain) || /\\[1-9k]/.test(source)) {
    throw new ClusterQueryError(`Regular expression is too complex: ${source}`)
  }
  try {
    return new RegExp(`^(?:${source})$`)
  } catch {
    throw new ClusterQueryError(`Invalid regular expression: ${source}`)
  }
}
