// A request as a function sees it that is the target of a load balancer.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer

/** A request to a function. */
export interface FunctionRequest {
  readonly method: string
  /** As it was sent, without the query. */
  readonly path: string
  /** As it was sent, without a question mark. */
  readonly query: string
  /** Names in lower case. */
  readonly headers: Iterable<readonly [name: string, value: string]>
  readonly body: Uint8Array
}

export interface FunctionTarget {
  readonly targetGroupArn: string
  /** The group's attribute `lambda.multi_value_headers.enabled`. */
  readonly hasManyValues: boolean
}

/** What the function is invoked with. Queries are passed on encoded as they came. */
export function functionEvent(request: FunctionRequest, { targetGroupArn, hasManyValues }: FunctionTarget): object {
  const headers = [...request.headers]
  const query = pairsOf(request.query)
  const isText = isPassedAsText(new Map(headers))
  return {
    requestContext: { elb: { targetGroupArn } },
    httpMethod: request.method,
    path: request.path,
    ...(hasManyValues
      ? { multiValueQueryStringParameters: allOf(query), multiValueHeaders: allOf(headers) }
      : { queryStringParameters: Object.fromEntries(query), headers: Object.fromEntries(headers) }),
    body: Buffer.from(request.body).toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  }
}

type Pair = readonly [name: string, value: string]

const pairsOf = (query: string): readonly Pair[] =>
  query
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const at = part.indexOf('=')
      return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
    })

function allOf(pairs: readonly Pair[]): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, string[]>()
  for (const [name, value] of pairs) found.set(name, [...(found.get(name) ?? []), value])
  return Object.fromEntries(found)
}

const textTypes: ReadonlySet<string> = new Set(['application/json', 'application/javascript', 'application/xml'])

/** A body of these types is passed as it is, unless it is compressed; any other in base64. One without a type is taken for text. */
function isPassedAsText(headers: ReadonlyMap<string, string>): boolean {
  if (headers.has('content-encoding')) return false
  const [type = ''] = (headers.get('content-type') ?? 'text/plain').split(';')
  const plain = type.trim().toLowerCase()
  return plain.startsWith('text/') || textTypes.has(plain)
}
