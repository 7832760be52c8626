// What AWS says of a call whose signature it does not take. JSON services answer 400 and names that end in Exception,
// query services names without it.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
import type { Fault } from '../fault.ts'
import type { ProtocolName } from '../service.ts'

export type RefusalKind = 'missing' | 'incomplete' | 'mismatch' | 'unknown key' | 'expired token' | 'expired request'

/** A call that is not taken. */
export class AuthRefusal extends Error {
  readonly kind: RefusalKind

  constructor(kind: RefusalKind, message: string) {
    super(message)
    this.kind = kind
  }
}

const forms: Readonly<Record<RefusalKind, Readonly<Record<ProtocolName, { readonly code: string; readonly status: number }>>>> = {
  missing: {
    'aws-json-1-1': { code: 'MissingAuthenticationTokenException', status: 400 },
    'aws-query': { code: 'MissingAuthenticationToken', status: 403 },
  },
  incomplete: {
    'aws-json-1-1': { code: 'IncompleteSignatureException', status: 400 },
    'aws-query': { code: 'IncompleteSignature', status: 400 },
  },
  mismatch: {
    'aws-json-1-1': { code: 'InvalidSignatureException', status: 400 },
    'aws-query': { code: 'SignatureDoesNotMatch', status: 403 },
  },
  'unknown key': {
    'aws-json-1-1': { code: 'UnrecognizedClientException', status: 400 },
    'aws-query': { code: 'InvalidClientTokenId', status: 403 },
  },
  'expired token': {
    'aws-json-1-1': { code: 'ExpiredTokenException', status: 400 },
    'aws-query': { code: 'ExpiredToken', status: 403 },
  },
  'expired request': {
    'aws-json-1-1': { code: 'RequestExpired', status: 400 },
    'aws-query': { code: 'RequestExpired', status: 400 },
  },
}

export const faultOfRefusal = ({ kind, message }: AuthRefusal, protocol: ProtocolName): Fault => ({
  ...forms[kind][protocol],
  message,
  members: {},
})

export const missing = (): AuthRefusal => new AuthRefusal('missing', 'Request is missing Authentication Token')

export const incomplete = (message: string): AuthRefusal => new AuthRefusal('incomplete', message)

export const unknownKey = (): AuthRefusal => new AuthRefusal('unknown key', 'The security token included in the request is invalid.')

export const expiredToken = (): AuthRefusal => new AuthRefusal('expired token', 'The security token included in the request is expired')

export const expiredRequest = (): AuthRefusal => new AuthRefusal('expired request', 'Request has expired.')

export const mismatch = (
  message = 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
): AuthRefusal => new AuthRefusal('mismatch', message)
