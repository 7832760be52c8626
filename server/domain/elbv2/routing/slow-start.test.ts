import { expect, test } from 'bun:test'
import { aTarget } from '../../../../test/support/routing-world.ts'
import { slowStart } from './slow-start.ts'

const at = (registeredAt: number, since: number) => {
  const target = aTarget('10.0.0.1', 'healthy', { registeredAt })
  return { ...target, health: { ...target.health!, since } }
}

test('the share of a new target grows in steps until it has all of it', () => {
  const targets = [at(0, 0), at(50_000, 60_000)]
  expect(slowStart(100_000, targets, 60_000)).toEqual({ weights: [10, 1], nextAt: 70_000 })
  expect(slowStart(100_000, targets, 74_000)).toEqual({ weights: [10, 1], nextAt: 80_000 })
  expect(slowStart(100_000, targets, 110_000)).toEqual({ weights: [10, 5], nextAt: 120_000 })
  expect(slowStart(100_000, targets, 159_999)).toEqual({ weights: [10, 9], nextAt: 160_000 })
  expect(slowStart(100_000, targets, 160_000)).toEqual({ weights: [10, 10], nextAt: undefined })
})

test('those that were registered first, alone or together, begin with all of it', () => {
  expect(slowStart(100_000, [at(0, 100), at(0, 200)], 300).weights).toEqual([10, 10])
  expect(slowStart(100_000, [], 300)).toEqual({ weights: [], nextAt: undefined })
})

test('without a slow start, and for targets that are not healthy, nothing grows', () => {
  expect(slowStart(0, [at(0, 0), at(50, 60)], 61)).toEqual({ weights: [10, 10], nextAt: undefined })
  expect(slowStart(100_000, [at(0, 0), aTarget('10.0.0.2', 'unhealthy', { registeredAt: 9 })], 61).weights).toEqual([10, 10])
})
