import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failuresIn, failuresReported, toldAgain, type Failure } from './failures.ts'
import { exitCodeOf } from './run.ts'

const files: Readonly<Record<string, string>> = {
  'a.test.ts': `
    import { describe, expect, test } from 'bun:test'
    test('fine', () => console.error('said by', 'what is fine'))
    describe('group', () => {
      test('wrong', () => expect({ count: 1 }).toEqual({ count: 2 }))
    })
    test('late', () => Bun.sleep(5_000), 50)
    test('fine again', () => {})`,
  'b.test.ts': `
    import { beforeAll, test } from 'bun:test'
    beforeAll(() => { throw new Error('the hook is wrong') })
    test('never', () => {})`,
  'c.test.ts': `
    import { nothing } from './nothing.ts'
    import { test } from 'bun:test'
    test('never', () => nothing())`,
}

const ran = async (more: readonly string[]): Promise<{ readonly lines: readonly string[]; readonly report: string }> => {
  const folder = mkdtempSync(join(tmpdir(), 'kecs-failures-'))
  try {
    for (const [name, text] of Object.entries(files)) await Bun.write(join(folder, name), text)
    const lines: string[] = []
    const report = join(folder, 'junit.xml')
    const command = ['bun', 'test', ...more, '--reporter=junit', `--reporter-outfile=${report}`]
    const code = await exitCodeOf([...command, ...Object.keys(files).map(name => join(folder, name))], {
      env: { NO_COLOR: '1', FORCE_COLOR: undefined, CI: undefined, GITHUB_ACTIONS: undefined },
      onLine: line => lines.push(line),
      isQuiet: true,
    })
    expect(code).toBe(1)
    return { lines, report: readFileSync(report, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('each failure of bun test comes with what it printed, and with no more', async () => {
  const failures = failuresIn((await ran([])).lines)
  const of = (what: string): Failure | undefined => failures.find(failure => failure.what.includes(what))
  expect(failures.length).toBe(4)
  const text = of('(fail) group > wrong')?.lines.join('\n') ?? ''
  expect(of('(fail) group > wrong')?.file).toEndWith('a.test.ts')
  expect(text).toContain('+   "count": 1,')
  expect(text).not.toContain('said by what is fine')
  expect(of('(fail) late')?.what).toContain('timed out after 50ms')
  expect(of('(fail) (unnamed)')?.lines.join('\n')).toContain('error: the hook is wrong')
  expect(of('# Unhandled error')?.lines.join('\n')).toContain("Cannot find module './nothing.ts'")
})

test('of files that run at once the report has the failures', async () => {
  const failures = failuresReported((await ran(['--parallel=2'])).report)
  expect(failures.map(({ what }) => what).toSorted()).toEqual(['(fail) (unnamed)', '(fail) group > wrong', '(fail) late'])
  const wrong = failures.find(({ what }) => what.endsWith('wrong'))
  expect(wrong?.file).toEndWith('a.test.ts')
  expect(wrong?.lines).toContain('+   "count": 1,')
  expect(failures.find(({ what }) => what.endsWith('late'))?.lines).toEqual(['test timed out'])
})

const printed = (lines: number): Failure => ({
  what: '(fail) long',
  file: 'long.test.ts',
  lines: Array.from({ length: lines }, (_, at) => `line ${at + 1}`),
})

test('of a long one the end is told, where the assertion is', () => {
  expect(toldAgain([printed(5)], { each: 2 })).toEqual(['', '-- long.test.ts', '(3 lines before)', 'line 4', 'line 5', '(fail) long'])
  expect(toldAgain([{ ...printed(0), lines: ['abcdef'] }], { columns: 3 })).toContain('abc…')
})

test('of many the first are told whole, and all by name', () => {
  const told = toldAgain(Array.from({ length: 10 }, () => printed(80)))
  expect(told.filter(line => line === '(fail) long').length).toBe(10)
  expect(told.filter(line => line === 'line 80').length).toBe(4)
  expect(told.length).toBeLessThan(340)
})

test('names that are told once more at the end are no failures of their own', () => {
  const lines = ['a.test.ts:', 'error: once', '(fail) one [1.00ms]', '', '1 tests failed:', '(fail) one [1.00ms]', '', ' 0 pass', ' 1 fail']
  expect(failuresIn(lines)).toEqual([{ what: '(fail) one [1.00ms]', file: 'a.test.ts', lines: ['error: once'] }])
})
