// What a function that is a load balancer's target returned, as an HTTP response.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#respond-to-load-balancer

export interface FunctionAnswer {
  readonly status: number
  /** One name may come several times. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer>
}

/** Bytes of JSON. */
const mostAnswered = 1024 * 1024

/** Undefined for what is no answer: the load balancer says 502 then. */
export function functionAnswer(payload: string, hasManyValues: boolean): FunctionAnswer | undefined {
  if (Buffer.byteLength(payload) > mostAnswered) return undefined
  const answer = parsed(payload)
  if (answer === undefined) return undefined
  const status = Number(answer['statusCode'])
  if (answer['statusCode'] === null || !Number.isInteger(status) || status < 200 || status > 599) return undefined
  const headers = headersOf(answer[hasManyValues ? 'multiValueHeaders' : 'headers'], hasManyValues)
  const body = answer['body'] ?? ''
  if (headers === undefined || typeof body !== 'string') return undefined
  return { status, headers, body: new Uint8Array(Buffer.from(body, answer['isBase64Encoded'] === true ? 'base64' : 'utf8')) }
}

function parsed(payload: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const found: unknown = JSON.parse(payload)
    return isRecord(found) ? found : undefined
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of the connection and not of the answer; the length is counted. */
const notPassedOn: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function headersOf(given: unknown, hasManyValues: boolean): FunctionAnswer['headers'] | undefined {
  if (given === undefined || given === null) return []
  if (!isRecord(given)) return undefined
  const pairs: (readonly [string, string])[] = []
  for (const [name, value] of Object.entries(given)) {
    const values: readonly unknown[] = hasManyValues ? (Array.isArray(value) ? value : []) : [value]
    if (notPassedOn.has(name.toLowerCase())) continue
    for (const each of values) {
      if (!isHeaderName(name) || !isValue(each)) return undefined
      pairs.push([name, String(each)])
    }
  }
  return pairs
}

const isHeaderName = (name: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
const isValue = (value: unknown): value is string | number | boolean =>
  (typeof value === 'string' && !/[\r\n\0]/.test(value)) || typeof value === 'number' || typeof value === 'boolean'
