import { createHash } from 'node:crypto'

/**
 * Tokens that continue a listing. A token holds the last value that was shown, so it survives a restart and any
 * change to the rows, and a digest over the listing's operation and filters, so that a token that was altered or
 * belongs to another listing is told from a good one. It keeps no secret: whoever may list may see the value anyway.
 */

const digestBytes = 12

const digestOf = (listing: string, last: string): Buffer =>
  createHash('sha256')
    .update(JSON.stringify(['page', listing, last]))
    .digest()
    .subarray(0, digestBytes)

/** Identifies a listing: an operation with its filters, undefined where one is not given. */
export const listingOf = (operation: string, filters: readonly (string | undefined)[]): string =>
  JSON.stringify([operation, ...filters.map(filter => filter ?? null)])

/** A token, URL-safe, that continues `listing` after `last`. */
export const nextTokenFor = (listing: string, last: string): string =>
  Buffer.concat([digestOf(listing, last), Buffer.from(last)]).toString('base64url')

/** The value after which to continue, or undefined when the token is none of `listing`. */
export function readNextToken(listing: string, token: string): string | undefined {
  const bytes = Buffer.from(token, 'base64url')
  // Decoding skips what is no base64url, so only the token's one spelling counts.
  if (bytes.length <= digestBytes || bytes.toString('base64url') !== token) return undefined
  const last = bytes.subarray(digestBytes).toString()
  return digestOf(listing, last).equals(bytes.subarray(0, digestBytes)) ? last : undefined
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  /** What the next page continues after; absent on the last page. */
  readonly last?: string
}

/** The first `size` rows and whether there are more. Reads one row more than it answers. */
export function takePage<Row>(rows: Iterable<Row>, size: number, orderOf: (row: Row) => string): Page<Row> {
  const taken: Row[] = []
  for (const row of rows) {
    const last = taken.at(-1)
    if (taken.length === size && last !== undefined) return { rows: taken, last: orderOf(last) }
    taken.push(row)
  }
  return { rows: taken }
}
