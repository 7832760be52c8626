import { expect, test } from 'bun:test'
import { contains } from './contains.ts'

test.each([
  [{ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: 1 }, { b: 1 }, false],
  [[{ a: 1, b: 2 }], [{ a: 1 }], true],
  [[1, 2], [1], false],
  [[1, 2], [2, 1], false],
  [{ a: [] }, { a: [] }, true],
  [undefined, { a: 1 }, false],
  [null, null, true],
  ['1', 1, false],
])('%j contains %j: %p', (there, wanted, expected) => {
  expect(contains(there, wanted)).toBe(expected)
})
