import { ServiceError } from '../../aws/errors.ts'
import { listingOf, nextTokenFor, readNextToken, takePage } from '../../domain/paging.ts'

export interface Listing<Row> {
  /** The operation's name, and all that chooses rows: a token is good only for the same. */
  readonly of: readonly [operation: string, ...filters: string[]]
  readonly nextToken: string | undefined
  /** 100 where absent. */
  readonly maxResults: number | undefined
  /** Ordered by `orderOf`. */
  readonly rows: Iterable<Row>
  readonly orderOf: (row: Row) => string
}

/** One page of a listing. Throws InvalidParameterException for a token that is not of this listing. */
export function page<Row>({ of: [operation, ...filters], nextToken, maxResults, rows, orderOf }: Listing<Row>): {
  readonly rows: readonly Row[]
  readonly nextToken?: string
} {
  const identity = listingOf(operation, filters)
  const after = nextToken === undefined ? undefined : readNextToken(identity, nextToken)
  if (nextToken !== undefined && after === undefined) {
    throw new ServiceError(
      'InvalidParameterException',
      "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid nextToken'",
    )
  }
  const taken = takePage(later(rows, after, orderOf), maxResults ?? 100, orderOf)
  return taken.last === undefined ? { rows: taken.rows } : { rows: taken.rows, nextToken: nextTokenFor(identity, taken.last) }
}

function* later<Row>(rows: Iterable<Row>, after: string | undefined, orderOf: (row: Row) => string): Iterable<Row> {
  for (const row of rows) if (after === undefined || orderOf(row) > after) yield row
}
