import { expect, test } from 'bun:test'
import { type Schedule, counts, firstCheck, nextCheck } from './health-schedule.ts'

const intervalMs = 10_000

test('a new target is looked at ever less often within its first interval, then once an interval', () => {
  let schedule: Schedule = firstCheck('key', false, { registeredAt: 0, intervalMs, now: 0 })
  const times: [at: number, counts: boolean][] = []
  while (schedule.nextAt <= 35_000) {
    const now = schedule.nextAt
    const at = { registeredAt: 0, intervalMs, now }
    times.push([now, counts(at)])
    schedule = nextCheck(schedule, true, at)
  }
  expect(times).toEqual([
    [0, false],
    [250, false],
    [750, false],
    [1_750, false],
    [3_750, false],
    [7_750, false],
    [10_000, true],
    [20_000, true],
    [30_000, true],
  ])
})

test('one that was found healthy is checked once an interval from then on', () => {
  const at = { registeredAt: 0, intervalMs, now: 250 }
  expect(nextCheck({ nextAt: 250, earlyLooks: 1 }, false, at).nextAt).toBe(10_250)
})

test('targets that are known are spread over an interval', () => {
  const first = Array.from({ length: 200 }, (_, index) => firstCheck(`key ${index}`, true, { registeredAt: 0, intervalMs, now: 0 }).nextAt)
  expect(Math.min(...first)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...first)).toBeLessThan(intervalMs)
  for (const half of [first.filter(at => at < 5_000), first.filter(at => at >= 5_000)]) expect(half.length).toBeGreaterThan(60)
})
