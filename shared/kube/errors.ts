/**
 * What the API server answered when it refused, or why it could not be reached.
 * Reasons of the server: https://kubernetes.io/docs/reference/using-api/api-concepts/ (metav1.Status), such as
 * NotFound, AlreadyExists, Conflict, Forbidden, Unauthorized, Invalid, Expired, TooManyRequests.
 * Ours, with status 0: Unreachable (no connection, TLS refused) and Timeout (no answer in time).
 */
export class KubeError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  readonly reason: string
  /** Such as `POST /api/v1/namespaces/default/pods`. */
  readonly request: string
  /** How long the server asks to wait before another try. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    message: string,
    options: { status: number; reason: string; request: string; retryAfterSeconds?: number | undefined; cause?: unknown },
  ) {
    super(message, { cause: options.cause })
    this.name = 'KubeError'
    this.status = options.status
    this.reason = options.reason
    this.request = options.request
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

const hasReason = (error: unknown, status: number, reason: string): boolean =>
  error instanceof KubeError && error.status === status && error.reason === reason

export const isNotFound = (error: unknown): boolean => error instanceof KubeError && error.status === 404
export const isAlreadyExists = (error: unknown): boolean => hasReason(error, 409, 'AlreadyExists')
export const isConflict = (error: unknown): boolean => hasReason(error, 409, 'Conflict')
export const isForbidden = (error: unknown): boolean => error instanceof KubeError && error.status === 403
/** No answer at all: the server is away, or this machine cannot reach it. */
export const isUnreachable = (error: unknown): boolean => error instanceof KubeError && error.status === 0

/** A kubeconfig or an in-cluster environment that cannot be used, and why. */
export class KubeConfigError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'KubeConfigError'
  }
}
