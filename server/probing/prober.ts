/** What a health check asks of a target. */
export interface ProbeRequest {
  /** `GRPC` calls a method by its path, over HTTP/2; `LAMBDA` invokes a function. */
  readonly protocol: 'HTTP' | 'HTTP2' | 'GRPC' | 'TCP' | 'LAMBDA'
  /** Whether it is spoken over TLS. Certificates of targets are not verified, as on AWS. */
  readonly isTls: boolean
  /** An address, or a function's ARN. */
  readonly host: string
  /** 0 for a function. */
  readonly port: number
  /** Begins with a slash. Not for TCP. */
  readonly path: string
  readonly timeoutMs: number
  /** The target's group: a function is told of it. */
  readonly targetGroupArn: string
}

export type ProbeOutcome =
  /** A status code of HTTP, or of gRPC where that was asked. */
  | { readonly is: 'answered'; readonly code: number }
  /** A connection was made, which is all that TCP checks. */
  | { readonly is: 'connected' }
  | { readonly is: 'timedOut' }
  /** No connection, one that broke, or an answer that is none. `why` is for logs. */
  | { readonly is: 'failed'; readonly why: string }

/** Makes one health check. Never rejects but when `signal` aborts. */
export interface Prober {
  probe(request: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome>
}
