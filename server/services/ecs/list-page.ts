import { ServiceError } from '../../aws/errors.ts'
import { listingOf, nextTokenFor, readNextToken, takePage } from '../../domain/paging.ts'

export interface Listing<Row> {
  /** The operation's name. */
  readonly operation: string
  /** All that chooses rows, account and region included: a token is good only for the same values. */
  readonly filters: readonly (string | undefined)[]
  readonly nextToken: string | undefined
  readonly maxResults: number | undefined
  /** The size of a page where the call gives none; `mostResults` where absent. */
  readonly defaultResults?: number
  /** The largest page that a call may ask for; 100 where absent. */
  readonly mostResults?: number
  /** The rows after a value of `orderOf`, in that order or against it. */
  readonly rows: (after: string | undefined) => Iterable<Row>
  readonly orderOf: (row: Row) => string
}

const mostResultsOfMost = 100

/**
 * One page of a listing; `nextToken` is there when rows are left. Throws InvalidParameterException for a token that
 * is not of this listing and for a `maxResults` outside of what the operation takes.
 */
export function listPage<Row>(listing: Listing<Row>): { readonly rows: readonly Row[]; readonly nextToken?: string } {
  const mostResults = listing.mostResults ?? mostResultsOfMost
  const size = listing.maxResults ?? listing.defaultResults ?? mostResults
  if (!Number.isInteger(size) || size < 1 || size > mostResults) {
    throw new ServiceError('InvalidParameterException', `maxResults must be between 1 and ${mostResults}.`)
  }
  const identity = listingOf(listing.operation, listing.filters)
  // An empty token starts from the beginning, as on AWS: some SDK loops send one.
  const token = listing.nextToken === '' ? undefined : listing.nextToken
  const after = token === undefined ? undefined : readNextToken(identity, token)
  if (token !== undefined && after === undefined) throw new ServiceError('InvalidParameterException', 'Invalid token.')
  const page = takePage(listing.rows(after), size, listing.orderOf)
  return page.last === undefined ? { rows: page.rows } : { rows: page.rows, nextToken: nextTokenFor(identity, page.last) }
}
