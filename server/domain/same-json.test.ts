import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { sameJson } from './same-json.ts'

test('values are the same when their text is, whatever the order of members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
      const [one, other] = [first, second].map(each => JSON.parse(JSON.stringify(each)))
      expect(sameJson(one, structuredClone(one))).toBe(true)
      expect(sameJson(one, other)).toBe(Bun.deepEquals(one, other, true))
    }),
  )
  expect(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true)
  expect(sameJson({ a: undefined }, {})).toBe(true)
  expect(sameJson([1], { 0: 1 })).toBe(false)
  expect(sameJson([1, 2], [2, 1])).toBe(false)
  expect(sameJson({ a: null }, {})).toBe(false)
  expect(sameJson([], [undefined])).toBe(false)
})
