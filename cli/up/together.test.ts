import { expect, test } from 'bun:test'
import { Milestone, together } from './together.ts'

const never = () => new AbortController().signal

test('all works run at once and can wait for each other', async () => {
  const seen: string[] = []
  const first = new Milestone()
  await together(never(), [
    async signal => {
      await first.wait(signal)
      seen.push('second')
    },
    async () => {
      seen.push('first')
      first.reach()
    },
  ])
  expect(seen).toEqual(['first', 'second'])
})

test('the first failure ends the others, which are waited for', async () => {
  const cleaned: string[] = []
  const failure = new Error('disk full')
  const waits = async (signal: AbortSignal) => {
    try {
      await new Milestone().wait(signal)
    } finally {
      cleaned.push('done')
    }
  }
  expect(await together(never(), [waits, () => Promise.reject(failure), waits]).catch((error: unknown) => error)).toBe(failure)
  expect(cleaned).toEqual(['done', 'done'])
})

test('who waits is told what was reached first', async () => {
  const found = new Milestone<string>()
  expect(found.isReached).toBe(false)
  found.reach('here')
  found.reach('elsewhere')
  expect(found.isReached).toBe(true)
  expect(await found.wait(never())).toBe('here')
})

test('an interrupt ends all with its reason', async () => {
  const controller = new AbortController()
  const ended = together(controller.signal, [signal => new Milestone().wait(signal)])
  const reason = new Error('interrupted')
  controller.abort(reason)
  expect(await ended.catch((error: unknown) => error)).toBe(reason)
  expect(await new Milestone().wait(controller.signal).catch((error: unknown) => error)).toBe(reason)
})
