import { expect, test } from 'bun:test'
import { failureThreshold } from './circuit-breaker.ts'

const enabled = { enable: true, rollback: true }

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
test.each([
  [0, 3],
  [1, 3],
  [5, 3],
  [6, 3],
  [7, 4],
  [25, 13],
  [100, 50],
  [399, 200],
  [400, 200],
  [800, 200],
])('%p desired tasks make %p failures the end', (desiredCount, threshold) => {
  expect(failureThreshold(desiredCount, enabled)).toBe(threshold)
})

test('a configured threshold counts tasks, or a share of them with or without bounds', () => {
  const of = (type: 'BOUNDED_PERCENT' | 'COUNT' | 'UNBOUNDED_PERCENT', value: number, desiredCount: number): number =>
    failureThreshold(desiredCount, { ...enabled, thresholdConfiguration: { type, value } })
  expect(of('COUNT', 7, 100)).toBe(7)
  expect(of('BOUNDED_PERCENT', 10, 10)).toBe(3)
  expect(of('BOUNDED_PERCENT', 100, 1_000)).toBe(200)
  expect(of('UNBOUNDED_PERCENT', 10, 10)).toBe(1)
  expect(of('UNBOUNDED_PERCENT', 100, 1_000)).toBe(1_000)
})
