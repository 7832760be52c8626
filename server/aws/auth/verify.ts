// Whether a request was signed by whom it says, as AWS's services check it. aws4fetch signs it anew with the key's secret;
// what it gets must be what the request has.
import { createHash, timingSafeEqual } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import { type Claim, basicDate, claimOf, millisecondsOf } from './claim.ts'
import type { AccessKey, KeySource } from './keys.ts'
import { expiredRequest, expiredToken, mismatch, unknownKey } from './refusals.ts'

export interface VerifyOptions {
  readonly keys: KeySource
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Signing keys hold for a day, region and service; more of them than this are not remembered. */
const mostSigningKeys = 1_000

/** How far a caller's clock may be off. Milliseconds. */
const skewMs = 300_000

export interface Signed {
  readonly request: Request
  /** The body, as it came. */
  readonly payload: string
  /** The service's name in credential scopes. */
  readonly signingName: string
}

/** Resolves with the key that signed; rejects with `AuthRefusal`. */
export type Verify = (signed: Signed) => Promise<AccessKey>

export const createVerify = ({ keys, now }: VerifyOptions): Verify => {
  const cache = new Map<string, ArrayBuffer>()
  return async ({ request, payload, signingName }) => {
    const query = queryOf(request.url)
    const claim = claimOf(request.headers, query)
    checkScope(claim, signingName)
    const key = keys.find(claim.accessKeyId)
    // A long-lived key has no token; a temporary one nothing without it.
    if (key === undefined || key.sessionToken !== claim.sessionToken) throw unknownKey()
    checkTime(claim, now())
    if (key.expiresAt !== undefined && key.expiresAt <= now()) throw expiredToken()
    if (cache.size > mostSigningKeys) cache.clear()
    const expected = await signatureOf({ request, query, payload, claim, key, cache })
    if (!isSame(expected, claim.signature)) throw mismatch()
    return key
  }
}

function checkScope({ date, datetime, signingName: named }: Claim, signingName: string): void {
  const day = datetime.slice(0, 8)
  if (date !== day) {
    throw mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${datetime}'.`,
    )
  }
  if (named !== signingName) throw mismatch(`Credential should be scoped to correct service: '${signingName}'.`)
}

function checkTime({ datetime, expires }: Claim, now: number): void {
  const signedAt = millisecondsOf(datetime)
  const [today, earliest, latest] = [now, now - skewMs, now + skewMs].map(basicDate)
  if (signedAt > now + skewMs) throw mismatch(`Signature not yet current: ${datetime} is still later than ${latest} (${today} + 5 min.)`)
  if (expires !== undefined) {
    if (signedAt + expires * 1000 < now) throw expiredRequest()
  } else if (signedAt < now - skewMs) {
    throw mismatch(`Signature expired: ${datetime} is now earlier than ${earliest} (${today} - 5 min.)`)
  }
}

interface Signing {
  readonly request: Request
  readonly query: string
  readonly payload: string
  readonly claim: Claim
  readonly key: AccessKey
  readonly cache: Map<string, ArrayBuffer>
}

/** The signature that the request should have; undefined where it can have none. */
async function signatureOf({ request, query, payload, claim, key, cache }: Signing): Promise<string | undefined> {
  const hash = createHash('sha256').update(payload).digest('hex')
  const headers = new Headers()
  for (const name of claim.signedHeaders) {
    const value = request.headers.get(name)
    if (value === null) return undefined
    headers.set(name, value)
  }
  // Only S3 takes a hash that is not the body's.
  if ((request.headers.get('x-amz-content-sha256') ?? hash) !== hash) return undefined
  const isPresigned = request.headers.get('authorization') === null
  const unsigned = isPresigned ? new URLSearchParams(query) : undefined
  unsigned?.delete('X-Amz-Signature')
  const host = request.headers.get('host') ?? ''
  if (!URL.canParse(`http://${host}`)) return undefined
  const signer = new AwsV4Signer({
    method: request.method,
    url: `http://${host}${new URL(request.url).pathname}?${unsigned ?? query}`,
    headers,
    body: payload,
    accessKeyId: key.accessKeyId,
    secretAccessKey: key.secretAccessKey,
    service: claim.signingName,
    region: claim.region,
    datetime: claim.datetime,
    allHeaders: true,
    signQuery: isPresigned,
    cache,
  })
  // It signs the date too where the request did not.
  return signer.signedHeaders === claim.signedHeaders.toSorted().join(';') ? signer.signature() : undefined
}

/** The query as it came: reading it as a URL's may change it. */
const queryOf = (url: string): string => {
  const question = url.indexOf('?')
  return question === -1 ? '' : url.slice(question + 1)
}

function isSame(expected: string | undefined, given: string): boolean {
  if (expected === undefined || expected.length !== given.length) return false
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)]
  return ours.length === theirs.length && timingSafeEqual(ours, theirs)
}
