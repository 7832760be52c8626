import type { Fault } from '../fault.ts'
import type { ServiceModel } from '../service.ts'
import type { Shape } from '../shape.ts'

/** An operation as the protocols see it. */
export interface WireOperation {
  readonly name: string
  readonly service: ServiceModel
  readonly input: Shape
  readonly output: Shape
}

/** What a protocol answers with: `Response` is made of it at the edge. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How a service's calls and answers look on the wire. */
export interface Protocol {
  /** Reads a call's body (or its query string) into the operation's input. Throws `WireError`. */
  read(operation: WireOperation, body: string): unknown
  answer(operation: WireOperation, output: unknown, requestId: string): WireAnswer
  /** `service` is undefined where no service of ours is meant. */
  fault(service: ServiceModel | undefined, fault: Fault, requestId: string): WireAnswer
}
