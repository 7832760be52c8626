import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { deepestBody, mostValues, parseJson } from './json-body.ts'

describe('a JSON body', () => {
  test('is read as JSON is, whatever it is', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), text => expect(parseJson(text)).toEqual(JSON.parse(text))))
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), value => {
        const text = JSON.stringify({ value }, null, 2)
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('may have quotes, backslashes and brackets in its strings', () => {
    for (const value of ['"', '\\', '\\"', '\\\\"', '[{:,}]', '"a":1', 'a\\']) {
      expect(parseJson(JSON.stringify({ [value]: [value] }))).toEqual({ [value]: [value] })
    }
  })

  test('names no member twice', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '{"b":[{"a":1,"c":2,"a":null}]}',
      String.raw`{"a":1,"\u0061":2}`,
      '{"__proto__":1,"__proto__":2}',
    ]) {
      expect(() => parseJson(text)).toThrow('The request body names a member more than once')
    }
    expect(parseJson('{"a":{"a":1},"b":{"a":1}}')).toEqual({ a: { a: 1 }, b: { a: 1 } })
    expect(Object.keys(Object(parseJson('{"__proto__":{"a":1}}')))).toEqual(['__proto__'])
  })

  test('nests no deeper and has no more values than any input', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(JSON.stringify(parseJson(nested(deepestBody)))).toBe(nested(deepestBody))
    expect(() => parseJson(nested(deepestBody + 1))).toThrow('nested too deeply')
    const listed = (count: number): string => `[${Array.from({ length: count }, () => '1').join()}]`
    expect(parseJson(listed(mostValues))).toHaveLength(mostValues)
    expect(() => parseJson(listed(mostValues + 1))).toThrow('too many values')
  })

  test('that is none is refused', () => {
    for (const text of ['', '{', '"', '{"a":1', '{"a"}', ']', '{"a":1}}', '[1,]', '"\\', 'NaN', '{"a":01}']) {
      expect(() => parseJson(text)).toThrow('The request body is not valid JSON')
    }
  })
})
