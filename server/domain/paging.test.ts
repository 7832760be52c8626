import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { listingOf, nextTokenFor, readNextToken, takePage } from './paging.ts'

describe('tokens', () => {
  test('hold any value, for their own listing alone', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string(), fc.string(), (last, one, other) => {
        const listing = listingOf('ListClusters', [one])
        const token = nextTokenFor(listing, last)
        expect(token).toMatch(/^[\w-]+$/)
        expect(readNextToken(listing, token)).toBe(last)
        expect(readNextToken(listingOf('ListTasks', [one]), token)).toBeUndefined()
        if (one !== other) expect(readNextToken(listingOf('ListClusters', [other]), token)).toBeUndefined()
      }),
    )
  })

  test('are refused when altered anywhere', () => {
    const listing = listingOf('ListClusters', ['scope', undefined])
    const token = nextTokenFor(listing, 'arn:aws:ecs:us-east-1:000000000000:cluster/web')
    for (let index = 0; index < token.length; index += 1) {
      const altered = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1)
      expect(readNextToken(listing, altered)).toBeUndefined()
    }
    expect(readNextToken(listing, `${token}AAAA`)).toBeUndefined()
    expect(readNextToken(listing, token.slice(0, -4))).toBeUndefined()
    for (const text of ['', 'nonsense', '====', `${token} `, `.${token}`]) expect(readNextToken(listing, text)).toBeUndefined()
  })

  test('tell a filter that is not given from an empty one', () => {
    expect(listingOf('List', [undefined, ''])).not.toBe(listingOf('List', ['', undefined]))
  })
})

describe('pages', () => {
  const order = (row: number) => String(row)

  test('end with the last value when there is more', () => {
    expect(takePage([1, 2, 3], 2, order)).toEqual({ rows: [1, 2], last: '2' })
    expect(takePage([1, 2], 2, order)).toEqual({ rows: [1, 2] })
    expect(takePage([], 2, order)).toEqual({ rows: [] })
  })

  test('read one row more than they show', () => {
    let read = 0
    function* endless() {
      while (true) yield (read += 1)
    }
    takePage(endless(), 5, order)
    expect(read).toBe(6)
  })
})
