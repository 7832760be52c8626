import { listingOf, nextTokenFor, readNextToken, takePage } from '../../domain/paging.ts'
import { invalidInput } from './errors.ts'

export interface Listing<Row> {
  /** The operation's name. */
  readonly operation: string
  /** All that chooses rows, account and region included: a token is good only for the same values. */
  readonly filters: readonly (string | undefined)[]
  readonly nextToken: string | undefined
  /** 100 where absent. The model holds it to 1 to 100. */
  readonly maxResults: number | undefined
  /** The rows after a value of `orderOf`, in that order. */
  readonly rows: (after: string | undefined) => Iterable<Row>
  readonly orderOf: (row: Row) => string
}

/** One page of a listing; `NextToken` is there when rows are left. Throws InvalidInput for a token that is not of this listing. */
export function listPage<Row>(listing: Listing<Row>): { readonly rows: readonly Row[]; readonly NextToken?: string } {
  const identity = listingOf(listing.operation, listing.filters)
  const token = listing.nextToken === '' ? undefined : listing.nextToken
  const after = token === undefined ? undefined : readNextToken(identity, token)
  if (token !== undefined && after === undefined) throw invalidInput('The specified NextToken is not valid.')
  const page = takePage(listing.rows(after), listing.maxResults ?? 100, listing.orderOf)
  return page.last === undefined ? { rows: page.rows } : { rows: page.rows, NextToken: nextTokenFor(identity, page.last) }
}

export function* only<Row>(rows: Iterable<Row>, isWanted: (row: Row) => boolean): Iterable<Row> {
  for (const row of rows) if (isWanted(row)) yield row
}
