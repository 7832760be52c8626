import { ServiceError } from '../../aws/errors.ts'
import { listingOf, nextTokenFor, readNextToken, takePage } from '../../domain/paging.ts'
import { refuseIf } from './errors.ts'

export interface Listing<Row> {
  /** The operation's name. */
  readonly operation: string
  /** All that chooses rows, account and region included: a token is good only for the same values. */
  readonly filters: readonly (string | undefined)[]
  readonly input: {
    readonly MaxResults?: number | undefined
    readonly NextToken?: string | undefined
    readonly ScalableDimension?: string | undefined
  }
  /** Whether the call names resources: a dimension alone chooses nothing. */
  readonly hasResource: boolean
  /** The most that a page has, and what it has where the call does not say. */
  readonly mostResults: number
  /** The rows after a value of `orderOf`, in that order. */
  readonly rows: (after: string | undefined) => Iterable<Row>
  readonly isWanted: (row: Row) => boolean
  readonly orderOf: (row: Row) => string
}

/**
 * One page of a listing; `NextToken` is there when rows are left. More results than a page has mean a whole page.
 * Throws InvalidNextTokenException for a token that is not of this listing.
 */
export function listPage<Row>(listing: Listing<Row>): { readonly rows: readonly Row[]; readonly NextToken?: string } {
  const { input, mostResults } = listing
  refuseIf(
    input.ScalableDimension !== undefined && !listing.hasResource,
    'If you specify a scalable dimension, you must also specify a resource ID.',
  )
  const size = input.MaxResults ?? mostResults
  refuseIf(size < 1, `MaxResults must be between 1 and ${mostResults}`)
  const identity = listingOf(listing.operation, listing.filters)
  const token = input.NextToken === '' ? undefined : input.NextToken
  const after = token === undefined ? undefined : readNextToken(identity, token)
  if (token !== undefined && after === undefined) {
    throw new ServiceError('InvalidNextTokenException', 'The next token supplied was invalid.')
  }
  const page = takePage(only(listing.rows(after), listing.isWanted), Math.min(size, mostResults), listing.orderOf)
  return page.last === undefined ? { rows: page.rows } : { rows: page.rows, NextToken: nextTokenFor(identity, page.last) }
}

function* only<Row>(rows: Iterable<Row>, isWanted: (row: Row) => boolean): Iterable<Row> {
  for (const row of rows) if (isWanted(row)) yield row
}
