import { exitCodeOf } from './run.ts'

const steps: readonly (readonly [what: string, command: readonly string[]])[] = [
  ['types', ['tsc', '-p', '.']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings', '.']],
  ['format', ['oxfmt', '--check', '.']],
  ['architecture', ['bun', 'test', '--only-failures', 'test/architecture.test.ts']],
  ['generated API model', ['bun', 'scripts/generate/index.ts', '--check']],
  ['coverage table', ['bun', 'scripts/coverage.ts', '--check']],
  ['errors', ['bun', 'scripts/errors.ts', '--check']],
  ['generated manifests', ['bun', 'scripts/manifests.ts', '--check']],
]

/** Runs every check, also after one has failed; resolves with the exit code. */
export async function check(): Promise<number> {
  const failed: string[] = []
  for (const [what, command] of steps) {
    const started = performance.now()
    const ok = (await exitCodeOf(command)) === 0
    console.log(`${ok ? 'ok    ' : 'FAILED'}  ${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
    if (!ok) failed.push(what)
  }
  if (failed.length > 0) console.error(`./dev check: ${failed.join(', ')} failed; ./dev fix mends what can be mended by itself`)
  return failed.length > 0 ? 1 : 0
}
