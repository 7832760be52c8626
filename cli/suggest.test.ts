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
  expect(closest('dwon', known)).toBe('down')
  expect(closest('frobnicate', known)).toBeUndefined()
  expect(closest('x', [])).toBeUndefined()
})

test('what only one word begins with is that word, though another is as near', () => {
  const known = ['up', 'down', 'start', 'status', 'stop', 'upgrade']
  expect(closest('stat', known)).toBe('status')
  expect(closest('do', known)).toBe('down')
  expect(closest('upg', known)).toBe('upgrade')
  // Two begin so: the nearer one is, or one of them.
  expect(closest('sto', known)).toBe('stop')
  expect(closest('sta', known)).toBe('start')
  expect(closest('st', known)).toBeUndefined()
})
