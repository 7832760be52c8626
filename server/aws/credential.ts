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
