// Members and units: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
import { expect, test } from 'bun:test'
import { clockDriftOf, KernelClock } from './clock-drift.ts'

test('the error is told in milliseconds, the time to the second', () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
  expect(clockDriftOf({ maximumError: 446, isSynchronized: true }, now)).toEqual({
    ClockErrorBound: 0.446,
    ReferenceTimestamp: '2026-01-02T03:04:05Z',
    ClockSynchronizationStatus: 'SYNCHRONIZED',
  })
  expect(clockDriftOf({ maximumError: 0, isSynchronized: false }, now)?.ClockSynchronizationStatus).toBe('NOT_SYNCHRONIZED')
  expect(clockDriftOf(undefined, now)).toBeUndefined()
})

test.skipIf(process.platform !== 'linux')('the kernel tells of its clock', () => {
  const clock = new KernelClock()
  const state = clock.read()
  clock.close()
  // 16 seconds is the most that it says of one that nobody sets.
  expect(state?.maximumError).toBeWithin(0, 16_000_001)
})
