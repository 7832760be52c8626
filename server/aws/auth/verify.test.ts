import { describe, expect, test } from 'bun:test'
import { AwsV4Signer } from 'aws4fetch'
import { keysFrom } from './keys.ts'
import { AuthRefusal } from './refusals.ts'
import { createVerify } from './verify.ts'

// The key and the signatures of AWS's Signature Version 4 test suite: get-vanilla, get-vanilla-query-order-key-case, post-vanilla.
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', account: '123456789012' }
const temporary = { ...key, accessKeyId: 'ASIAEXAMPLE', sessionToken: 'token', expiresAt: Date.UTC(2015, 7, 30, 13) }
const at = Date.UTC(2015, 7, 30, 12, 36)

const verifyAt = (now: number) => {
  const verify = createVerify({ keys: keysFrom([key, temporary]), now: () => now })
  return (request: Request, payload = '', signingName = 'service') =>
    verify({ request, payload, signingName }).then(
      ({ account }) => account,
      (error: unknown) => (error instanceof AuthRefusal ? `${error.kind}: ${error.message}` : Promise.reject(error)),
    )
}

interface Changes {
  readonly method?: string
  readonly query?: string
  readonly signature?: string
  readonly credential?: string
  readonly headers?: Readonly<Record<string, string>>
}

const vanilla = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'
const scope = '20150830/us-east-1/service/aws4_request'

const request = ({
  method = 'GET',
  query = '',
  signature = vanilla,
  credential = `AKIDEXAMPLE/${scope}`,
  headers = {},
}: Changes = {}): Request =>
  new Request(`http://example.amazonaws.com/${query}`, {
    method,
    headers: {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
      ...headers,
    },
  })

const didNotMatch =
  'mismatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

describe('a signature', () => {
  test.each<[string, Changes]>([
    ['get-vanilla', {}],
    [
      'get-vanilla-query-order-key-case',
      { query: '?Param2=value2&Param1=value1', signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500' },
    ],
    ['post-vanilla', { method: 'POST', signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b' }],
  ])('of the test suite is taken: %s', async (_, changes) => {
    expect(await verifyAt(at)(request(changes))).toBe('123456789012')
  })

  test.each<[string, Changes, string]>([
    ['another method', { method: 'POST' }, didNotMatch],
    ['another query', { query: '?a=b' }, didNotMatch],
    ['another signature', { signature: vanilla.replace('5', '6') }, didNotMatch],
    ['a signature that is none', { signature: 'ä' }, didNotMatch],
    ['another host', { headers: { host: 'example.com' } }, didNotMatch],
    ['a hash that is not the body’s', { headers: { 'x-amz-content-sha256': '0'.repeat(64) } }, didNotMatch],
    [
      'a key that is not known',
      { credential: `AKIDOTHER/${scope}` },
      'unknown key: The security token included in the request is invalid.',
    ],
    ['a token with a key that has none', { headers: { 'x-amz-security-token': 'x' } }, 'unknown key: The security token'],
    ['a temporary key without its token', { credential: `ASIAEXAMPLE/${scope}` }, 'unknown key: The security token'],
    [
      'another service',
      { credential: 'AKIDEXAMPLE/20150830/us-east-1/ecs/aws4_request' },
      "mismatch: Credential should be scoped to correct service: 'service'.",
    ],
    [
      'another day',
      { credential: 'AKIDEXAMPLE/20150829/us-east-1/service/aws4_request' },
      "mismatch: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'.",
    ],
    ['a scope too short', { credential: 'AKIDEXAMPLE/20150830' }, 'incomplete: Credential must have exactly 5 slash-delimited elements'],
    [
      'another terminator',
      { credential: 'AKIDEXAMPLE/20150830/us-east-1/service/aws5' },
      'mismatch: Credential should be scoped with a valid terminator',
    ],
    ['a date that is none', { headers: { 'x-amz-date': 'today' } }, "incomplete: Date must be in ISO-8601 'basic format'. Got 'today'."],
    [
      'a word in the header',
      { headers: { authorization: 'Basic dXNlcg' } },
      "incomplete: 'dXNlcg' not a valid key=value pair (missing equal-sign)",
    ],
    [
      'nothing in the header',
      { headers: { authorization: 'AWS4-HMAC-SHA256' } },
      "incomplete: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter.",
    ],
    [
      'no signed host',
      { headers: { authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=x-amz-date, Signature=1` } },
      "mismatch: 'Host' or ':authority' must be a 'SignedHeader'",
    ],
    [
      'a signed header that is not there',
      { headers: { authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=host;x-amz-target, Signature=1` } },
      didNotMatch,
    ],
    [
      'another algorithm',
      { headers: { authorization: `AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=host, Signature=1` } },
      "incomplete: Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'",
    ],
  ])('is not: %s', async (_, changes, why) => {
    expect(await verifyAt(at)(request(changes))).toStartWith(why)
  })

  test('over another body is not', async () => {
    const post: Changes = { method: 'POST', signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b' }
    expect(await verifyAt(at)(request(post), '{}')).toBe(didNotMatch)
  })

  test('holds for five minutes of another clock, and not longer', async () => {
    const minute = 60_000
    for (const off of [-5, 5]) expect(await verifyAt(at + off * minute)(request())).toBe('123456789012')
    expect(await verifyAt(at + 5 * minute + 1_000)(request())).toBe(
      'mismatch: Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)',
    )
    expect(await verifyAt(at - 5 * minute - 1_000)(request())).toBe(
      'mismatch: Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)',
    )
  })

  test('nothing at all is a missing token', async () => {
    expect(await verifyAt(at)(new Request('http://example.amazonaws.com/'))).toBe('missing: Request is missing Authentication Token')
  })
})

describe('a presigned URL', () => {
  const presign = async (change: (url: URL) => void = () => {}): Promise<Request> => {
    const { accessKeyId, secretAccessKey } = key
    const url = 'http://localhost:4566/?Action=DescribeLoadBalancers&Version=2015-12-01&X-Amz-Expires=60'
    const signed = await new AwsV4Signer({
      url,
      accessKeyId,
      secretAccessKey,
      service: 'service',
      region: 'us-east-1',
      datetime: '20150830T123600Z',
      signQuery: true,
    }).sign()
    change(signed.url)
    return new Request(signed.url, { headers: { host: 'localhost:4566' } })
  }

  test('is taken until it expires', async () => {
    expect(await verifyAt(at)(await presign())).toBe('123456789012')
    expect(await verifyAt(at + 60_000)(await presign())).toBe('123456789012')
    expect(await verifyAt(at + 61_000)(await presign())).toBe('expired request: Request has expired.')
  })

  test('is not when it was changed', async () => {
    expect(await verifyAt(at)(await presign(url => url.searchParams.set('Action', 'DeleteLoadBalancer')))).toBe(didNotMatch)
    expect(await verifyAt(at)(await presign(url => url.searchParams.set('X-Amz-Expires', '6000')))).toBe(didNotMatch)
    expect(await verifyAt(at)(await presign(url => url.searchParams.set('X-Amz-Expires', '700000')))).toStartWith('incomplete: ')
    expect(await verifyAt(at)(await presign(url => url.searchParams.delete('X-Amz-Date')))).toBe(
      "incomplete: AWS query-string parameters must include 'X-Amz-Date'.",
    )
  })
})

test('temporary keys are taken with their token, until they expire', async () => {
  const signed = async (now: number, sessionToken: string): Promise<Request> => {
    const { accessKeyId, secretAccessKey } = temporary
    const datetime = new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, '')
    const { url, headers } = await new AwsV4Signer({
      url: 'http://localhost/',
      accessKeyId,
      secretAccessKey,
      sessionToken,
      service: 'service',
      region: 'us-east-1',
      datetime,
    }).sign()
    headers.set('host', 'localhost')
    return new Request(url, { headers })
  }
  expect(await verifyAt(at)(await signed(at, 'token'))).toBe('123456789012')
  expect(await verifyAt(at)(await signed(at, 'other'))).toStartWith('unknown key: ')
  const late = temporary.expiresAt
  expect(await verifyAt(late)(await signed(late, 'token'))).toBe('expired token: The security token included in the request is expired')
})
