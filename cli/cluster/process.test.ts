import { expect, test } from 'bun:test'
import { pipe, ProgramMissing, run } from './process.ts'

const signal = () => AbortSignal.timeout(20_000)

test('output, errors, lines and exit code of a program', async () => {
  const lines: string[] = []
  const done = await run('sh', ['-c', 'echo one; echo two >&2; printf three; exit 3'], {
    signal: signal(),
    onLine: line => lines.push(line),
  })
  expect(done).toEqual({ code: 3, stdout: 'one\nthree', stderr: 'two\n' })
  expect(lines.sort()).toEqual(['one', 'three', 'two'])
})

test('input, also of a program that does not read it', async () => {
  expect((await run('cat', [], { signal: signal(), input: 'hello' })).stdout).toBe('hello')
  expect((await run('true', [], { signal: signal(), input: 'x'.repeat(1_000_000) })).code).toBe(0)
})

test('a program that is not there', async () => {
  const error = await run('no-such-program-of-kecs', [], { signal: signal() }).catch((each: unknown) => each)
  expect(error).toBeInstanceOf(ProgramMissing)
})

test('the signal ends it, and is what is thrown', async () => {
  const controller = new AbortController()
  const running = run('sh', ['-c', 'echo ready; exec sleep 60'], {
    signal: controller.signal,
    onLine: () => controller.abort(new Error('enough')),
  })
  expect(await running.catch((error: unknown) => error)).toEqual(new Error('enough'))
})

test('a pipe carries megabytes, and tells both exit codes', async () => {
  const count = 20_000_000
  const done = await pipe(['sh', '-c', `head -c ${count} /dev/zero; exit 4`], ['wc', '-c'], { signal: signal() })
  expect(done.from.code).toBe(4)
  expect(done.into).toMatchObject({ code: 0, stdout: expect.stringContaining(String(count)) })
})

test('a pipe whose second program ends early does not hang', async () => {
  const done = await pipe(['sh', '-c', 'while :; do echo more; done'], ['sh', '-c', 'echo no >&2; exit 5'], { signal: signal() })
  expect(done.into).toMatchObject({ code: 5, stderr: 'no\n' })
  expect(done.from.code).not.toBe(0)
})
