import { expect, test } from 'bun:test'
import { filesToRunAgain, type Outcome, withSecond } from './again.ts'

const outcome = (files: readonly string[], more: Partial<Outcome> = {}): Outcome => ({
  passed: 10,
  failed: files.length,
  skipped: 2,
  failures: files.map(file => ({ what: '(fail) test', file, lines: ['why'] })),
  ...more,
})
const ran = ['a', 'b', 'c', 'd'].map(name => `./test/cluster/${name}.test.ts`)
const [a = '', b = '', c = ''] = ran.map(file => file.slice(2))

test('the files of what failed run once more', () => {
  expect(filesToRunAgain(outcome([]), ran)).toEqual([])
  expect(filesToRunAgain(outcome([b]), ran)).toEqual([`./${b}`])
  expect(filesToRunAgain(outcome([a, c, a]), ran)).toEqual([`./${a}`, `./${c}`])
})

test('where much failed, or not all of it is known, nothing runs again', () => {
  expect(filesToRunAgain(outcome([a, b, c]), ran)).toEqual([])
  expect(filesToRunAgain(outcome([a], { failed: 2 }), ran)).toEqual([])
  expect(filesToRunAgain(outcome(['cluster']), ran)).toEqual([])
  expect(filesToRunAgain(outcome([], { failed: 1 }), ran)).toEqual([])
})

test('what fails the second time has failed', () => {
  expect(withSecond(outcome([a, b]), outcome([], { passed: 4 }))).toEqual(outcome([], { passed: 12 }))
  expect(withSecond(outcome([a, b]), outcome([b], { passed: 3 }))).toEqual(outcome([b], { passed: 11 }))
  // Another one than the first time.
  expect(withSecond(outcome([a]), outcome([a, a], { passed: 3 }))).toEqual(outcome([a, a], { passed: 10 }))
})
