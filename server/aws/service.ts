import type { TSchema } from '@sinclair/typebox'

/** How a service speaks: AWS JSON 1.1 (X-Amz-Target, JSON bodies) or AWS query (form bodies, XML answers). */
export type ProtocolName = 'aws-json-1-1' | 'aws-query'

/** What the generator writes for an operation. */
export interface OperationModel {
  readonly input: TSchema
  readonly output: TSchema
  /** Names of the errors that the model lists for it. */
  readonly errors: readonly string[]
}

/** What the generator writes for an error: the code on the wire and the HTTP status. */
export interface ErrorModel {
  readonly code: string
  readonly status: number
  readonly fault: 'client' | 'server'
}

/** What the generator writes for a service. */
export interface ServiceModel {
  /** The SigV4 credential scope's name, such as `ecs`. */
  readonly signingName: string
  readonly protocol: ProtocolName
  readonly apiVersion: string
  /** `X-Amz-Target` up to the dot; JSON protocols only. */
  readonly targetPrefix?: string
  /** The answers' XML namespace; query protocol only. */
  readonly xmlNamespace?: string
  readonly operations: Readonly<Record<string, OperationModel>>
  readonly errors: Readonly<Record<string, ErrorModel>>
}

/** Whose call it is and where. */
export interface CallContext {
  /** 12 digits. */
  readonly account: string
  readonly region: string
  /** UUID; also in the answer's headers. */
  readonly requestId: string
  /** The caller's ARN, as CloudTrail would show it: `registeredBy`, `createdBy`. */
  readonly principal: string
  /** Where the caller reached the API, such as `http://localhost:4566`. */
  readonly calledAt: string
}

/** An operation: a function of the call and its validated input. It throws `ServiceError`s. */
export type Handler<Context, Input, Output> = (context: Context, input: Input) => Output | Promise<Output>

/** Stands in a handler table for an operation that is not there yet: the pipeline answers with a clear error that SDKs do not retry. */
export const notImplemented = Symbol('not implemented')

/** A service's handler table: no operation of the model may be missing and none may be there that the model lacks. */
export type HandlerTable<Context, Operations> = {
  readonly [Name in keyof Operations]: Operations[Name] extends { input: infer Input; output: infer Output }
    ? Handler<Context, Input, Output> | typeof notImplemented
    : never
}

/** A service ready to be routed to. `bind` makes an operation's context of a call's. */
export interface BoundService {
  readonly model: ServiceModel
  /** Calls an operation with validated input; undefined where the table says `notImplemented`. */
  readonly invoke: (operation: string, call: CallContext, input: unknown) => Promise<unknown> | undefined
}
