import { expect, test } from 'bun:test'
import { type FunctionRequest, functionEvent } from './function-event.ts'

const request: FunctionRequest = {
  method: 'POST',
  path: '/a%2Fb//c',
  query: 'k=v%201&k=v2&empty&x=a=b',
  headers: [
    ['host', 'web'],
    ['content-type', 'application/json; charset=utf-8'],
  ],
  body: Buffer.from('{"é":1}'),
}
const one = { targetGroupArn: 'arn:tg', hasManyValues: false }

test('the event has the last of several values, and nothing decoded', () => {
  expect(functionEvent(request, one)).toEqual({
    requestContext: { elb: { targetGroupArn: 'arn:tg' } },
    httpMethod: 'POST',
    path: '/a%2Fb//c',
    queryStringParameters: { k: 'v2', empty: '', x: 'a=b' },
    headers: { host: 'web', 'content-type': 'application/json; charset=utf-8' },
    body: '{"é":1}',
    isBase64Encoded: false,
  })
})

test('with many values it has lists of all, and no single ones', () => {
  const event = functionEvent(request, { ...one, hasManyValues: true })
  expect(event).toMatchObject({
    multiValueQueryStringParameters: { k: ['v%201', 'v2'], empty: [''], x: ['a=b'] },
    multiValueHeaders: { host: ['web'] },
  })
  expect(event).not.toHaveProperty('headers')
  expect(event).not.toHaveProperty('queryStringParameters')
})

test.each<[Readonly<Record<string, string>>, boolean]>([
  [{}, false],
  [{ 'content-type': 'text/csv' }, false],
  [{ 'content-type': 'application/javascript' }, false],
  [{ 'content-type': 'application/xml' }, false],
  [{ 'content-type': 'application/octet-stream' }, true],
  [{ 'content-type': 'image/png' }, true],
  [{ 'content-type': 'text/plain', 'content-encoding': 'gzip' }, true],
])('a body with %j is in base64: %p', (headers, isBase64Encoded) => {
  const body = Uint8Array.of(104, 105)
  expect(functionEvent({ ...request, headers: Object.entries(headers), body }, one)).toMatchObject({
    isBase64Encoded,
    body: isBase64Encoded ? 'aGk=' : 'hi',
  })
})
