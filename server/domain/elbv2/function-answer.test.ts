import { expect, test } from 'bun:test'
import { functionAnswer } from './function-answer.ts'

const read = (answer: unknown, hasManyValues = false) => {
  const found = functionAnswer(JSON.stringify(answer), hasManyValues)
  return found && { ...found, body: Buffer.from(found.body).toString() }
}

test('a status, headers and a body are an answer, and what belongs to the connection is left out', () => {
  const headers = { 'Content-Type': 'text/html', 'Content-Length': '999', Connection: 'close', 'X-Number': 3 }
  expect(read({ statusCode: 201, statusDescription: '201 Created', isBase64Encoded: false, headers, body: '<p>é' })).toEqual({
    status: 201,
    headers: [
      ['Content-Type', 'text/html'],
      ['X-Number', '3'],
    ],
    body: '<p>é',
  })
})

test('a body in base64 is decoded', () => {
  expect(read({ statusCode: 200, headers: {}, isBase64Encoded: true, body: 'aGk=' })?.body).toBe('hi')
})

test('with many values these headers are read and no others', () => {
  const answer = { statusCode: 200, headers: { a: '1' }, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] }, body: '' }
  expect(read(answer, true)?.headers).toEqual([
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
  ])
  expect(read(answer)?.headers).toEqual([['a', '1']])
})

test.each<[string, unknown]>([
  ['a text', 'hello'],
  ['nothing', null],
  ['a list', []],
  ['no status', { body: 'x' }],
  ['a status that is none', { statusCode: 'OK' }],
  ['a status of the protocol itself', { statusCode: 101 }],
  ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
  ['headers that are none', { statusCode: 200, headers: 'a: 1' }],
  ['a header with a line break', { statusCode: 200, headers: { a: 'x\r\nset-cookie: y' } }],
  ['more than 1 MB', { statusCode: 200, body: 'x'.repeat(1024 * 1024) }],
])('%s is no answer', (_, answer) => {
  expect(read(answer)).toBeUndefined()
})

test('what is no JSON is no answer', () => {
  expect(functionAnswer('', false)).toBeUndefined()
})
