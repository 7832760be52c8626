// The AWS services that are not ours, as the control plane and the agent themselves call them: LocalStack, or what
// `--backend` names. A file of this folder for each service says which calls are made of it (`ssm.ts`, `sts.ts`, …).

/** Whose call it is: the account and region of the resource that needs the answer, never those of this machine. */
export interface BackendPlace {
  /** 12 digits. */
  readonly account: string
  readonly region: string
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** How long the answer may take where that is longer than usual: milliseconds. */
  readonly timeoutMs?: number
}

/** A call of a service with a REST protocol, such as S3. */
export interface RestCall {
  /** The signing name, such as `s3`. */
  readonly service: string
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** With the query, each part percent-encoded. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

/**
 * Signed calls of the backend's services. Every method rejects with `BackendError` when the service refuses and with
 * `BackendUnreachable` when none answers: the first is for ever, the second may be tried again.
 */
export interface Backend {
  /** Where it is, without a slash at the end. */
  readonly url: string
  /** AWS JSON 1.0 or 1.1. Resolves with the body. `target` is the whole `X-Amz-Target`, such as `AmazonSSM.GetParameters`. */
  json(service: string, target: string, input: object, place: BackendPlace, options?: CallOptions): Promise<unknown>
  /** AWS and EC2 query. Resolves with the answer's XML, parsed: elements by name, repeated ones as lists, texts as strings. */
  query(call: QueryCall, place: BackendPlace, options?: CallOptions): Promise<unknown>
  /** REST. Resolves with the response whatever its status below 400, its body unread. */
  rest(call: RestCall, place: BackendPlace, options?: CallOptions): Promise<Response>
}

export interface QueryCall {
  /** The signing name, such as `sts`. */
  readonly service: string
  readonly action: string
  readonly version: string
  /** As on the wire: `Names.member.1`. */
  readonly parameters: Readonly<Record<string, string>>
}

/** The service refused: its code and message. */
export class BackendError extends Error {
  /** Such as `ParameterNotFound`, without a namespace. */
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.name = 'BackendError'
    this.code = code
    this.status = status
  }
}

/** Nothing answered, or what answered failed (5xx). */
export class BackendUnreachable extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'BackendUnreachable'
  }
}
