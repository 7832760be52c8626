import { expect, test } from 'bun:test'
import { pipe, run } from './process.ts'

const shell = (script: string): readonly [string, ...string[]] => ['sh', '-c', script]

test('what the first writes, the second reads', async () => {
  const { into } = await pipe(shell('echo one; echo two'), shell('wc -l'), { signal: new AbortController().signal })
  expect(into).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\s*2\n$/) })
})

test('an interrupt ends a source that nobody reads from any more, though it is deaf to signals', async () => {
  const controller = new AbortController()
  const ended = pipe(shell('trap "" TERM; exec yes'), shell('exec sleep 600'), { signal: controller.signal })
  const reason = new Error('interrupted')
  controller.abort(reason)
  expect(await ended.catch((error: unknown) => error)).toBe(reason)
})

test('an interrupt ends a program and is what is thrown', async () => {
  const controller = new AbortController()
  const ended = run('sleep', ['600'], { signal: controller.signal })
  const reason = new Error('interrupted')
  controller.abort(reason)
  expect(await ended.catch((error: unknown) => error)).toBe(reason)
})
