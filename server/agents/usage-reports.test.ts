import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { UsageReports } from './usage-reports.ts'

test('what a task uses is the average of the window, and forgotten after it', async () => {
  const clock = new FakeClock()
  const reports = new UsageReports({ clock, periodMs: 60_000 })
  expect(reports.of('web')).toBeUndefined()
  expect(reports.note([{ taskArn: 'web', cpu: 100, memory: 10 }])).toBe(10_000)
  await clock.advance(50_000)
  reports.note([
    { taskArn: 'web', cpu: 300, memory: 30 },
    { taskArn: 'db', cpu: 1, memory: 1 },
  ])
  expect(reports.of('web')).toEqual({ cpu: 200, memory: 20 })
  await clock.advance(20_000)
  expect(reports.of('web')).toEqual({ cpu: 300, memory: 30 })
  await clock.advance(40_000)
  expect(reports.of('web')).toBeUndefined()
  expect(reports.of('db')).toBeUndefined()
})

test('where scaling looks more often, agents are to report more often', () => {
  expect(new UsageReports({ clock: new FakeClock(), periodMs: 10_000 }).note([])).toBe(2_000)
  expect(new UsageReports({ clock: new FakeClock(), periodMs: 1_000 }).note([])).toBe(1_000)
})
