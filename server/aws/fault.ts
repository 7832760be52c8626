// What goes wrong with a call, whatever its protocol: protocols write it in their own form.
import { ServiceError } from './errors.ts'
import type { ServiceModel } from './service.ts'

/** An error as it is sent. */
export interface Fault {
  /** The code on the wire, such as `ClusterNotFoundException` or, in the query protocol, `TargetGroupNotFound`. */
  readonly code: string
  /** HTTP status. */
  readonly status: number
  readonly message: string
  /** Members beside the message. */
  readonly members: Readonly<Record<string, unknown>>
}

/** An error that the protocol or the gateway gives, not the service: it is in no service's model. */
export class WireError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
  }
}

/**
 * Codes that any service may give without its model saying so.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html
 */
const commonCodes: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'MalformedInput',
  'SerializationException',
  'ValidationError',
  'ValidationException',
])

/** The code of an unexpected failure, where it is not `InternalFailure`. */
const serverFaults: Readonly<Record<string, string>> = { ecs: 'ServerException', 'application-autoscaling': 'InternalServiceException' }

/** The fault that a thrown error is; undefined for what no caller should see: a bug or a breakdown. */
export function faultOf(error: unknown, model: ServiceModel): Fault | undefined {
  if (error instanceof WireError) return { code: error.code, status: error.status, message: error.message, members: {} }
  if (!(error instanceof ServiceError)) return undefined
  const { code, message, members } = error
  const modelled = Object.hasOwn(model.errors, code) ? model.errors[code] : undefined
  if (modelled) return { code: modelled.code, status: modelled.status, message, members }
  return commonCodes.has(code) ? { code, status: 400, message, members } : undefined
}

/** What a caller is told of a bug or a breakdown: SDKs try again. */
export const unexpectedFault = (model: ServiceModel): Fault => ({
  code: serverFaults[model.signingName] ?? 'InternalFailure',
  status: 500,
  message: 'Service Unavailable. Please try again later.',
  members: {},
})

/** An operation of the model that kecs does not have. The status is 400: SDKs do not try again. */
export const notImplementedFault = (model: ServiceModel, operation: string): Fault => ({
  code: model.protocol === 'aws-query' ? 'UnsupportedOperation' : 'UnsupportedFeatureException',
  status: 400,
  message: `kecs does not implement ${operation} yet; docs/coverage.md lists what it does.`,
  members: {},
})
