// What a signed request claims: in its Authorization header, or in the query of a presigned URL.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { incomplete, missing, mismatch } from './refusals.ts'

export interface Claim {
  readonly accessKeyId: string
  /** `20261123`, of the credential scope. */
  readonly date: string
  readonly region: string
  readonly signingName: string
  /** In lower case. */
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits, where it is one. */
  readonly signature: string
  /** `20261123T123600Z` */
  readonly datetime: string
  readonly sessionToken: string | undefined
  /** Of a presigned URL: seconds that it holds. */
  readonly expires: number | undefined
}

const algorithm = 'AWS4-HMAC-SHA256'

/** The claim of a request; `query` is its URL's, raw. Throws `AuthRefusal`. */
export function claimOf(headers: Headers, query: string): Claim {
  const authorization = headers.get('authorization')
  if (authorization !== null) return headerClaim(authorization, headers)
  const parameters = new URLSearchParams(query)
  if (parameters.has('X-Amz-Algorithm') || parameters.has('X-Amz-Signature')) return queryClaim(parameters)
  throw missing()
}

function headerClaim(authorization: string, headers: Headers): Claim {
  const [scheme = ''] = authorization.split(' ', 1)
  const values = new Map<string, string>()
  for (const part of authorization.slice(scheme.length).split(/[\s,]+/)) {
    const equals = part.indexOf('=')
    if (part === '') continue
    if (equals === -1)
      throw incomplete(`'${part}' not a valid key=value pair (missing equal-sign) in Authorization header: '${authorization}'.`)
    values.set(part.slice(0, equals), part.slice(equals + 1))
  }
  const lacking = ['Credential', 'Signature', 'SignedHeaders']
    .filter(name => !values.get(name))
    .map(name => `Authorization header requires '${name}' parameter.`)
  const date = headers.get('x-amz-date') ?? headers.get('date')
  if (date === null) lacking.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  if (lacking.length > 0 || date === null) throw incomplete(`${lacking.join(' ')} Authorization=${scheme}`)
  if (scheme !== algorithm) throw incomplete(`Unsupported AWS 'algorithm': '${scheme}'`)
  return {
    ...readCredential(values.get('Credential') ?? ''),
    ...readHeaders(values.get('SignedHeaders') ?? ''),
    signature: values.get('Signature') ?? '',
    datetime: readDate(date),
    sessionToken: headers.get('x-amz-security-token') ?? undefined,
    expires: undefined,
  }
}

/** The longest that a presigned URL may hold: seven days, in seconds. */
const longestExpires = 604_800

function queryClaim(parameters: URLSearchParams): Claim {
  const given = (name: string): string => parameters.get(name) ?? ''
  const lacking = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'].filter(
    name => given(name) === '',
  )
  if (lacking.length > 0) throw incomplete(lacking.map(name => `AWS query-string parameters must include '${name}'.`).join(' '))
  if (given('X-Amz-Algorithm') !== algorithm) throw incomplete(`Unsupported AWS 'algorithm': '${given('X-Amz-Algorithm')}'`)
  const expires = parameters.get('X-Amz-Expires')
  const seconds = expires === null ? undefined : Number(expires)
  if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 0 && seconds <= longestExpires)) {
    throw incomplete(`X-Amz-Expires must be a number of seconds from 0 to ${longestExpires}, got '${expires}'`)
  }
  return {
    ...readCredential(given('X-Amz-Credential')),
    ...readHeaders(given('X-Amz-SignedHeaders')),
    signature: given('X-Amz-Signature'),
    datetime: readDate(given('X-Amz-Date')),
    sessionToken: parameters.get('X-Amz-Security-Token') ?? undefined,
    expires: seconds,
  }
}

function readCredential(credential: string): Pick<Claim, 'accessKeyId' | 'date' | 'region' | 'signingName'> {
  const [accessKeyId = '', date = '', region = '', signingName = '', term = '', ...more] = credential.split('/')
  if (term === '' || more.length > 0) {
    throw incomplete(`Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`)
  }
  if (term !== 'aws4_request') throw mismatch(`Credential should be scoped with a valid terminator: 'aws4_request', not '${term}'.`)
  return { accessKeyId, date, region, signingName }
}

function readHeaders(list: string): Pick<Claim, 'signedHeaders'> {
  const signedHeaders = list.toLowerCase().split(';')
  if (!signedHeaders.includes('host')) throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  return { signedHeaders }
}

/** The basic format of ISO 8601, which an HTTP date is put into. */
function readDate(text: string): string {
  if (/^\d{8}T\d{6}Z$/.test(text) && !Number.isNaN(millisecondsOf(text))) return text
  const parsed = /^\w{3}, /.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(parsed)) return basicDate(parsed)
  throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`)
}

/** Milliseconds since the epoch of `20261123T123600Z`. */
export const millisecondsOf = (datetime: string): number =>
  Date.parse(datetime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

export const basicDate = (milliseconds: number): string => new Date(milliseconds).toISOString().replaceAll(/[:-]|\.\d{3}/g, '')
