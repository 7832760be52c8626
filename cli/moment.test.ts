import { expect, test } from 'bun:test'
import { parseMoment } from './moment.ts'

const now = Date.UTC(2026, 0, 31, 12)

test.each([
  ['15m', now - 900_000],
  ['1.5h', now - 5_400_000],
  ['2026-01-31', Date.UTC(2026, 0, 31)],
  ['2026-01-31T12:00:00Z', now],
  ['2026-01-31T13:00:00+01:00', now],
  ['2026-01-31 12:00', now],
  ['2026-01-31T12:00:00.250', now + 250],
])('%s', (text, expected) => {
  expect(parseMoment(text, now)).toBe(expected)
})

test.each(['', 'yesterday', '15', '2026-13-01', '31.01.2026', '2026-01-31T25:00:00Z'])('%p is refused', text => {
  expect(() => parseMoment(text, now)).toThrow('is not a time')
})
