import { validationError } from '../../domain/elbv2/refusals.ts'
import { listingOf, nextTokenFor, readNextToken, takePage } from '../../domain/paging.ts'

export interface Listing<Row> {
  /** The operation's name. */
  readonly operation: string
  /** All that chooses rows, account and region included: a marker is good only for the same values. */
  readonly filters: readonly (string | undefined)[]
  readonly marker: string | undefined
  readonly pageSize: number | undefined
  /** The rows after a value of `orderOf`, in that order. */
  readonly rows: (after: string | undefined) => Iterable<Row>
  readonly orderOf: (row: Row) => string
}

/** The API's reference gives it as the most that a caller may ask for. */
const mostResults = 400

/** One page of a listing; `nextMarker` is there when rows are left. Throws ValidationError for a marker that is not of this listing. */
export function listPage<Row>(listing: Listing<Row>): { readonly rows: readonly Row[]; readonly nextMarker?: string } {
  const identity = listingOf(listing.operation, listing.filters)
  // An empty marker starts from the beginning: some loops send one.
  const marker = listing.marker === '' ? undefined : listing.marker
  const after = marker === undefined ? undefined : readNextToken(identity, marker)
  if (marker !== undefined && after === undefined) throw validationError(`Invalid marker '${marker}'`)
  const page = takePage(listing.rows(after), listing.pageSize ?? mostResults, listing.orderOf)
  return page.last === undefined ? { rows: page.rows } : { rows: page.rows, nextMarker: nextTokenFor(identity, page.last) }
}

/** A list that is made for the call as `rows` wants it: in the order of `orderOf`, after a value of it. */
export const sortedAfter =
  <Row>(all: Iterable<Row>, orderOf: (row: Row) => string): ((after: string | undefined) => Iterable<Row>) =>
  after =>
    [...all].filter(row => after === undefined || orderOf(row) > after).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
