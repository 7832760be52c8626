// Once more what failed, in CI: docs/decisions/0105.
import type { Failure } from './failures.ts'

/** Of a run of test files. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly Failure[]
}

/** A run in which more files than this had a failure is a failure: what is broken, or the machine, fails everywhere. */
const mostFiles = 2

/** The files to run once more, of those that ran; none where a failure cannot be told to be of one of them. */
export function filesToRunAgain({ failed, failures }: Outcome, ran: readonly string[]): readonly string[] {
  const files = [...new Set(failures.map(({ file }) => `./${file}`))]
  const isKnown = failed > 0 && failures.length >= failed && files.every(file => ran.includes(file))
  return isKnown && files.length <= mostFiles ? files : []
}

/** What comes of a run whose failures' files ran a second time: what fails then has failed, whatever it is. */
export const withSecond = (first: Outcome, second: Outcome): Outcome => ({
  passed: first.passed + Math.max(0, first.failed - second.failed),
  failed: second.failed,
  skipped: first.skipped,
  failures: second.failures,
})
