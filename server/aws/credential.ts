// The SigV4 credential scope: who calls, where, and which service is meant.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html

export interface CredentialScope {
  readonly accessKeyId: string
  /** undefined in SigV4A, which signs for several regions. */
  readonly region: string | undefined
  readonly signingName: string
}

/** The scope of an `Authorization` header; undefined where there is none. Nothing is verified: any credentials are taken. */
export function scopeOfHeader(authorization: string | null): CredentialScope | undefined {
  if (!authorization) return undefined
  const start = authorization.indexOf('Credential=')
  if (start === -1) return undefined
  const comma = authorization.indexOf(',', start)
  return parseScope(authorization.slice(start + 'Credential='.length, comma === -1 ? undefined : comma).trim())
}

/** The scope of a presigned URL's `X-Amz-Credential`. */
export function scopeOfQuery(query: string): CredentialScope | undefined {
  const credential = query.includes('X-Amz-Credential=') ? new URLSearchParams(query).get('X-Amz-Credential') : null
  return credential ? parseScope(credential) : undefined
}

/** `AKIA…/20261123/us-east-1/ecs/aws4_request`; SigV4A leaves the region out. */
function parseScope(credential: string): CredentialScope | undefined {
  const parts = credential.split('/')
  const accessKeyId = parts[0] ?? ''
  const signingName = parts.at(-2)
  if (parts.at(-1) !== 'aws4_request' || parts.length < 4 || !signingName) return undefined
  return { accessKeyId, region: parts.length >= 5 ? parts[2] : undefined, signingName }
}

/** Whether an access key id is an account's number: 12 digits. */
export function isAccount(accessKeyId: string): boolean {
  if (accessKeyId.length !== 12) return false
  for (let index = 0; index < 12; index++) {
    const code = accessKeyId.charCodeAt(index)
    if (code < 48 || code > 57) return false
  }
  return true
}

/** What LocalStack's STS and IAM begin their keys with. */
const madeByBackend = /^L[SK]IA[A-Z2-7]{16}$/
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * The account that an access key id stands for: 12 digits are one, and keys of roles that LocalStack made hold theirs as
 * AWS' own do, in 40 bits after the first of what is base 32. Undefined for any other key, AWS' included: those are not
 * of this place.
 */
export function accountOf(accessKeyId: string): string | undefined {
  if (isAccount(accessKeyId)) return accessKeyId
  if (!accessKeyId.startsWith('L') || !madeByBackend.test(accessKeyId)) return undefined
  let value = 0n
  for (const letter of accessKeyId.slice(4, 14)) value = (value << 5n) | BigInt(base32.indexOf(letter))
  // Of these 50 bits the first 48 are looked at: one that is not the account's, 40, and seven more.
  return String(((value >> 2n) & 0x7fffffffff80n) >> 7n).padStart(12, '0')
}
