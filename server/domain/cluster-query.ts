/**
 * ECS' cluster query language: expressions that choose container instances.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 *
 * Where it differs from ECS: a regular expression may hold no group that is both repeated and itself ambiguous, and few
 * repetitions: what takes too long to match is refused.
 */
import { compileComparison, operators } from './cluster-query-comparison.ts'
import { ClusterQueryError } from './cluster-query-error.ts'

/** What an expression is asked about: the values of a subject, such as `attribute:ecs.os-type`; none where it has none. */
export type Subject = (name: string) => readonly string[]
export type ClusterQuery = (subject: Subject) => boolean

const fields: ReadonlySet<string> = new Set([
  'agentConnected',
  'agentVersion',
  'ec2InstanceId',
  'registeredAt',
  'runningTasksCount',
  'task:group',
])
const maxLength = 2000
/** How deep parentheses and negations may go. */
const maxDepth = 50

/** Reads an expression. Throws `ClusterQueryError`. */
export function parseClusterQuery(text: string): ClusterQuery {
  if (text.length > maxLength) throw new ClusterQueryError(`Expression can have at most ${maxLength} characters.`)
  const reader = new Reader(text)
  const query = reader.either(0)
  reader.expectEnd()
  return query
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** `or` binds weaker than `and`, which binds weaker than `not`. */
  either(depth: number): ClusterQuery {
    const parts = [this.#both(depth)]
    while (this.#take(/\|\||or\b/y) !== undefined) parts.push(this.#both(depth))
    return subject => parts.some(part => part(subject))
  }

  #both(depth: number): ClusterQuery {
    const parts = [this.#one(depth)]
    while (this.#take(/&&|and\b/y) !== undefined) parts.push(this.#one(depth))
    return subject => parts.every(part => part(subject))
  }

  #one(depth: number): ClusterQuery {
    if (depth > maxDepth) throw new ClusterQueryError('Expression is nested too deeply.')
    if (this.#take(/not\b|!/y) !== undefined) {
      const negated = this.#one(depth + 1)
      return subject => !negated(subject)
    }
    if (this.#take(/\(/y) === undefined) return this.#comparison()
    const inner = this.either(depth + 1)
    if (this.#take(/\)/y) === undefined) throw this.#unexpected()
    return inner
  }

  #comparison(): ClusterQuery {
    const name = this.#take(/[^\s()[\],=!<>~&|]+/y)
    if (name === undefined) throw this.#unexpected()
    if (!fields.has(name) && !/^attribute:./.test(name)) throw new ClusterQueryError(`Unknown subject in expression: ${name}`)
    const spelling = this.#take(operators)
    if (spelling === undefined) throw this.#unexpected()
    const test = compileComparison(name, spelling, {
      word: () => this.#word(),
      list: () => this.#list(),
      pattern: () => this.#pattern(),
    })
    return subject => test(subject(name))
  }

  #word(): string {
    const quoted = this.#take(/"[^"]*"|'[^']*'/y)
    if (quoted !== undefined) return quoted.slice(1, -1)
    const word = this.#take(/[^\s()[\],&|]+/y)
    if (word === undefined) throw this.#unexpected()
    return word
  }

  #list(): readonly string[] {
    if (this.#take(/\[/y) === undefined) throw this.#unexpected()
    const words = [this.#word()]
    while (this.#take(/,/y) !== undefined) words.push(this.#word())
    if (this.#take(/\]/y) === undefined) throw this.#unexpected()
    return words
  }

  /** Up to a space, or to a parenthesis that closes one from before. */
  #pattern(): string {
    this.#skipSpace()
    let depth = 0
    let end = this.#at
    for (; end < this.#text.length && !/\s/.test(this.#text.charAt(end)); end += 1) {
      const character = this.#text.charAt(end)
      if (character === '\\') end += 1
      else if (character === '(') depth += 1
      else if (character === ')' && --depth < 0) break
    }
    const pattern = this.#text.slice(this.#at, end)
    if (pattern === '') throw this.#unexpected()
    this.#at = Math.min(end, this.#text.length)
    return pattern
  }

  expectEnd(): void {
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#unexpected()
  }

  #take(pattern: RegExp): string | undefined {
    this.#skipSpace()
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1
  }

  #unexpected(): ClusterQueryError {
    const rest = this.#text.slice(this.#at, this.#at + 20)
    return new ClusterQueryError(
      rest === '' ? 'Expression ends unexpectedly.' : `Unexpected text in expression at ${this.#at + 1}: ${rest}`,
    )
  }
}
