import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesToRunAgain, type Outcome, withSecond } from './again.ts'
import { failuresIn, failuresReported, toldAgain, type Failure } from './failures.ts'
import { dockerAnswers, exitCodeOf, hasTestbed, root, withTestbed, type Environment } from './run.ts'

interface Part {
  readonly name: string
  /** Globs of test files. */
  readonly files: readonly string[]
  readonly except?: string
  readonly timeoutMs: number
  /** Needs dist/kecs. */
  readonly binary?: boolean
  /** Needs Docker. */
  readonly docker?: boolean
  /** How many files run at once, each in a process of its own; one after the other in one where it is not said. */
  readonly atOnce?: number
  /** In CI the files of what failed run once more, by themselves: docs/decisions/0105. */
  readonly mayRunAgain?: boolean
}

const terraform = 'terraform.test.ts'
const parts: readonly Part[] = [
  { name: 'unit', files: ['{cli,server,shared,scripts}/**/*.test.ts', 'test/*.test.ts', 'test/support/*.test.ts'], timeoutMs: 30_000 },
  { name: 'conformance', files: ['test/conformance/**/*.test.ts'], except: terraform, timeoutMs: 60_000 },
  { name: 'binary', files: ['test/binary/*.test.ts'], timeoutMs: 60_000, binary: true },
  { name: 'cluster', files: ['test/cluster/*.test.ts'], timeoutMs: 600_000, binary: true, docker: true, mayRunAgain: true },
  // All at once: most of their time Terraform waits, half a minute before it first looks at a load balancer's state.
  { name: 'terraform', files: [`test/conformance/**/*${terraform}`], timeoutMs: 1_200_000, atOnce: 6 },
]

const filesOf = ({ files, except }: Part): string[] =>
  files
    .flatMap(glob => [...new Bun.Glob(glob).scanSync({ cwd: root })])
    .filter(file => except === undefined || !file.endsWith(except))
    .sort()
    .map(file => `./${file}`)

/** Runs the named parts, or all; prints what failed and `N passed, N failed` at the end and resolves with the exit code. */
export async function test(names: readonly string[]): Promise<number> {
  const unknown = names.filter(name => !parts.some(part => part.name === name))
  if (unknown.length > 0) {
    console.error(`./dev test: no part is called ${unknown.join(', ')}; there are ${parts.map(part => part.name).join(', ')}`)
    return 2
  }
  const chosen = parts.filter(part => names.length === 0 || names.includes(part.name))
  const isCi = process.env['CI'] === 'true'
  const total: { passed: number; failed: number; skipped: number } = { passed: 0, failed: 0, skipped: 0 }
  /** What failed tests printed, where this did not go to a terminal. */
  const failures: Failure[] = []
  const passedAgain: Failure[] = []
  const docker = await dockerAnswers()
  let built: boolean | undefined
  for (const part of chosen) {
    if (part.docker && !docker) {
      // Where the testbed is, Docker has to be: that is a failure, never a skip.
      if (hasTestbed && isCi) total.failed++
      else total.skipped++
      console.log(`\n== ${part.name}: skipped, since no Docker answers here`)
      continue
    }
    if (part.binary) built ??= (await exitCodeOf(['bun', 'scripts/build/index.ts'])) === 0
    if (part.binary && !built) {
      console.log(`\n== ${part.name}: failed, since ./dev build failed`)
      total.failed++
      continue
    }
    console.log(`\n== ${part.name}`)
    const files = filesOf(part)
    let outcome = await runPart(part, files)
    const again = part.mayRunAgain === true && isCi ? filesToRunAgain(outcome, files) : []
    if (again.length > 0) {
      console.log(`\n== ${part.name}, again: ${again.join(' ')}`)
      const first = outcome
      outcome = withSecond(first, await runPart(part, again))
      if (outcome.failed === 0) passedAgain.push(...first.failures)
    }
    for (const count of ['passed', 'failed', 'skipped'] as const) total[count] += outcome[count]
    failures.push(...outcome.failures)
  }
  if (passedAgain.length > 0) console.log(`\n== what failed once, and passed when its file ran again\n${toldAgain(passedAgain).join('\n')}`)
  if (failures.length > 0) console.log(`\n== what failed\n${toldAgain(failures).join('\n')}`)
  console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}

async function runPart(part: Part, files: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'kecs-test-'))
  const report = join(folder, 'junit.xml')
  const env: Environment = {
    ...(part.docker ? withTestbed() : {}),
    // Tests of the command line drive the source unless they are told of a binary.
    ...(part.binary ? { KECS_PROGRAM: join(root, 'dist/kecs') } : {}),
  }
  try {
    const preload = part.docker ? ['--preload', './test/support/teardown.ts'] : []
    const command = [
      'bun',
      'test',
      ...preload,
      ...(part.atOnce === undefined ? [] : [`--parallel=${part.atOnce}`]),
      `--timeout=${part.timeoutMs}`,
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      ...files,
    ]
    const lines: string[] = []
    // A terminal keeps what it shows, and shows it in colours.
    const code = await exitCodeOf(command, process.stdout.isTTY ? { env } : { env, onLine: line => lines.push(line) })
    const text = existsSync(report) ? readFileSync(report, 'utf8') : ''
    const counts = countsOf(text)
    const failures = [...(part.atOnce === undefined ? failuresIn(lines) : failuresReported(text))]
    if (code !== 0 && failures.length === 0 && lines.length > 0) failures.push({ what: `ended with ${code}`, file: part.name, lines })
    // A file that could not even be loaded is in the exit code alone.
    return { ...counts, failed: Math.max(counts.failed, code === 0 ? 0 : 1), failures }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function countsOf(report: string): Omit<Outcome, 'failures'> {
  const head = /<testsuites [^>]*>/.exec(report)?.[0] ?? ''
  const count = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  const failed = count('failures') + count('errors')
  const skipped = count('skipped')
  return { passed: count('tests') - failed - skipped, failed, skipped }
}
