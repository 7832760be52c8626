import { expect, test } from 'bun:test'
import { systemClock } from './clock.ts'

test('what is weeks away does not come at once', async () => {
  let called = false
  const cancel = systemClock.after(30 * 86_400_000, () => (called = true))
  await new Promise<void>(resolve => systemClock.after(20, resolve))
  cancel()
  expect(called).toBe(false)
})
