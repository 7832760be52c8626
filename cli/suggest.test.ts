import { expect, test } from 'bun:test'
import { closest, distance } from './suggest.ts'

test.each([
  ['up', 'up', 0],
  ['upp', 'up', 1],
  ['sttaus', 'status', 1],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
])('from %s to %s are %d edits', (from, to, edits) => {
  expect(distance(from, to)).toBe(edits)
  expect(distance(to, from)).toBe(edits)
})

test('the nearest word is suggested, a far one is not', () => {
  const known = ['up', 'down', 'status', 'start', 'stop']
  expect(closest('statsu', known)).toBe('status')
  expect(closest('stat', known)).toBe('start')
  expect(closest('dwon', known)).toBe('down')
  expect(closest('frobnicate', known)).toBeUndefined()
  expect(closest('x', [])).toBeUndefined()
})
