import { expect, test } from 'bun:test'
import { Columns } from './columns.ts'

test('columns are as wide as the widest value that was measured, or that came so far', () => {
  const columns = new Columns()
  columns.measure(['of'])
  columns.measure(['a', 'wide'])
  expect(columns.padded(['a', 'b'])).toEqual(['a ', 'b   '])
  expect(columns.padded(['longer', 'c'])).toEqual(['longer', 'c   '])
  expect(columns.padded(['d', 'e'])).toEqual(['d     ', 'e   '])
})
