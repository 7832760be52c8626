import { expect, test } from 'bun:test'
import { environmentFileVariables } from './environment-file.ts'

test('a line is a variable, as it stands', () => {
  const text = ['#comment=1', '', 'PLAIN=value', 'EMPTY=', 'EQUALS=a=b', 'SPACES= padded ', 'QUOTED="as is"', ' # not=one'].join('\n')
  expect([...environmentFileVariables(text)]).toEqual([
    ['PLAIN', 'value'],
    ['EMPTY', ''],
    ['EQUALS', 'a=b'],
    ['SPACES', ' padded '],
    ['QUOTED', '"as is"'],
    [' # not', 'one'],
  ])
})

test('lines without a name or a value are none, and the last of a name counts', () => {
  expect([...environmentFileVariables('=nameless\nlonely\r\nA=1\r\nA=2\r\n')]).toEqual([['A', '2']])
})
