import { expect, test } from 'bun:test'
import { csvLines, tableLines } from './table.ts'

test('columns are as wide as their widest value, numbers to the right, and a row stays one line', () => {
  expect(
    tableLines(
      ['name', 'count'],
      [
        ['web', 12],
        ['a longer\n  name', null],
      ],
    ),
  ).toEqual(['name           count', '-------------  -----', 'web               12', 'a longer name'])
})

test('CSV quotes what RFC 4180 says, and tells an empty text from none', () => {
  expect(
    csvLines(
      ['a', 'b'],
      [
        ['x,"y"', null],
        ['', { c: 1 }],
      ],
    ),
  ).toEqual(['a,b', '"x,""y""",', '"","{""c"":1}"'])
})
