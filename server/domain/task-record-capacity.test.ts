import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { providersFor } from './task-record-capacity.ts'

const countOf = (providers: readonly string[], name: string) => providers.filter(provider => provider === name).length

test('bases go first, then the tasks are shared by weight', () => {
  const strategy = [
    { capacityProvider: 'FARGATE', base: 1, weight: 1 },
    { capacityProvider: 'FARGATE_SPOT', weight: 4 },
  ]
  const placed = providersFor(6, strategy)
  expect(placed[0]).toBe('FARGATE')
  expect(countOf(placed, 'FARGATE')).toBe(2)
  expect(countOf(placed, 'FARGATE_SPOT')).toBe(4)
})

test('a provider alone takes all, with or without a weight; one without a weight beside others takes its base only', () => {
  expect(providersFor(2, [{ capacityProvider: 'FARGATE' }])).toEqual(['FARGATE', 'FARGATE'])
  const base = [
    { capacityProvider: 'FARGATE', base: 1, weight: 0 },
    { capacityProvider: 'FARGATE_SPOT', weight: 1 },
  ]
  expect(providersFor(3, base)).toEqual(['FARGATE', 'FARGATE_SPOT', 'FARGATE_SPOT'])
})

test('every task gets a provider, the base is kept, and no share is off by more than one task a provider', () => {
  const strategy = fc
    .array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), base: fc.integer({ min: 0, max: 4 }) }), { minLength: 1, maxLength: 4 })
    .map(items => items.map(({ weight, base }, index) => ({ capacityProvider: `p${index}`, weight, base: index === 0 ? base : 0 })))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), strategy, (count, items) => {
      const placed = providersFor(count, items)
      expect(placed).toHaveLength(count)
      const base = Math.min(items[0]?.base ?? 0, count)
      expect(countOf(placed, 'p0')).toBeGreaterThanOrEqual(base)
      const total = items.reduce((sum, { weight }) => sum + weight, 0)
      for (const [index, { capacityProvider, weight }] of items.entries()) {
        const shared = countOf(placed, capacityProvider) - (index === 0 ? base : 0)
        expect(Math.abs(shared - ((count - base) * weight) / total)).toBeLessThanOrEqual(items.length)
      }
    }),
  )
})
