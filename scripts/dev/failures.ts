// What failed tests printed, told again at the end of a run: what keeps only the end of a long output keeps why it failed.

export interface Failure {
  /** As it is in the run's output: `(fail) group > test [1.00ms]`, or what else `bun test` says of what is no test. */
  readonly what: string
  readonly file: string
  /** What was printed from the end of the test before to its own end; assertion and stack are the last of it. */
  readonly lines: readonly string[]
}

const heading = /^(?:::group::)?(\S+\.test\.tsx?):$/
const passed = /^\((?:pass|skip|todo)\) /
const unhandled = '# Unhandled error between tests'
/** From here on names of tests are told a second time, by themselves. */
const summary = /^(?:\d+ tests? (?:failed|skipped|todo):| \d+ (?:pass|fail))$/

/** The failures in what `bun test` printed of files one after the other, without colours. */
export function failuresIn(printed: readonly string[]): readonly Failure[] {
  const failures: Failure[] = []
  let file = ''
  let lines: string[] = []
  let rules = 0
  const end = (what?: string): void => {
    if (what !== undefined) failures.push({ what, file, lines })
    lines = []
  }
  for (const line of printed) {
    if (summary.test(line)) break
    const last = failures.at(-1)
    const named = heading.exec(line)?.[1]
    if (named !== undefined || passed.test(line)) {
      end()
      file = named ?? file
    } else if (line.startsWith('(fail) ')) end(line)
    else if (last !== undefined && lines.length === 0 && line.startsWith('  ^ ')) {
      // Of the test that has just ended: that it timed out.
      failures[failures.length - 1] = { ...last, what: `${last.what}\n${line}` }
    } else if (line === unhandled) rules = 2
    else if (rules > 0 && /^-+$/.test(line)) {
      rules--
      if (rules === 0) end(unhandled)
    } else if (line !== '' || lines.length > 0) lines.push(line)
  }
  return failures
}

/**
 * The failures in a report of JUnit's form: message and stack alone. With `--parallel` what a test prints, its failure
 * too, and that it ended come in any order.
 */
export function failuresReported(report: string): readonly Failure[] {
  return [...report.matchAll(/<testcase ([^>]*)>\s*<failure ([^>]*?)(?:\/>|>([^<]*)<\/failure>)/g)].map(
    ([, test = '', failure = '', text]) => {
      const group = attribute(test, 'classname')
      return {
        what: `(fail) ${group === '' ? '' : `${group} > `}${attribute(test, 'name')}`,
        file: attribute(test, 'file'),
        lines: (text === undefined ? attribute(failure, 'message') : plain(text)).trimEnd().split('\n'),
      }
    },
  )
}

const attribute = (tag: string, name: string): string => plain(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(tag)?.[1] ?? '')

const entities: Readonly<Record<string, string>> = { '&quot;': '"', '&apos;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' }
const plain = (escaped: string): string =>
  escaped.replace(/&(?:#(\d+)|[a-z]+);/g, (entity, code?: string) =>
    code === undefined ? (entities[entity] ?? entity) : String.fromCodePoint(Number(code)),
  )

/** `failures` for a person, in at most about so many lines; those for which there is no room with their names alone. */
export function toldAgain(failures: readonly Failure[], { each = 80, all = 300, columns = 1000 } = {}): readonly string[] {
  const told: string[] = []
  for (const { what, file, lines } of failures) {
    const room = Math.max(0, Math.min(each, all - told.length))
    const left = Math.max(0, lines.length - room)
    told.push('', `-- ${file}`)
    if (left > 0) told.push(`(${left} lines before)`)
    told.push(...lines.slice(left).map(line => (line.length > columns ? `${line.slice(0, columns)}…` : line)), what)
  }
  return told
}
