// A call from its body to its answer: read, check, run, write. An operation never sees the wire; the protocol never sees the operation.
import { faultOf, notImplementedFault, unexpectedFault, type Fault } from './fault.ts'
import type { WireAnswer } from './protocols/protocol.ts'
import type { CallContext } from './service.ts'
import type { RoutedService, WiredOperation } from './service-index.ts'
import type { Violation } from './validation/check.ts'
import { checkOutput } from './validation/check-output.ts'
import { violationError } from './validation/violations.ts'

/** What pino's Logger has. */
export interface ApiLog {
  error(fields: object, text: string): void
  warn(fields: object, text: string): void
}

export interface PipelineOptions {
  readonly log: ApiLog
  /** Checks each output against the model: in tests and development. */
  readonly strict: boolean
}

export interface CallAnswer {
  readonly wire: WireAnswer
  /** Why it was refused. */
  readonly fault?: Fault
}

export async function runCall(
  { bound, protocol }: RoutedService,
  operation: WiredOperation,
  body: string,
  call: CallContext,
  { log, strict }: PipelineOptions,
): Promise<CallAnswer> {
  const refuse = (fault: Fault): CallAnswer => ({ wire: protocol.fault(bound.model, fault, call.requestId), fault })
  try {
    const input = protocol.read(operation, body)
    checkInput(operation, input)
    const running = bound.invoke(operation.name, call, input)
    if (!running) return refuse(notImplementedFault(bound.model, operation.name))
    const output = (await running) ?? {}
    if (strict) checkOutput(operation.output, output, `${operation.name}Output`)
    return { wire: protocol.answer(operation, output, call.requestId) }
  } catch (error) {
    const fault = faultOf(error, bound.model)
    if (fault) return refuse(fault)
    log.error({ err: error, requestId: call.requestId, service: bound.model.signingName, operation: operation.name }, 'an operation failed')
    return refuse(unexpectedFault(bound.model))
  }
}

function checkInput({ name, service, check }: WiredOperation, input: unknown): void {
  if (!check) return
  const violations: Violation[] = []
  check(input, undefined, violations)
  if (violations.length > 0) throw violationError(service.signingName, name, violations)
}
