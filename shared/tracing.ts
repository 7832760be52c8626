// What takes time is told in one place: to a tracer where there is one, and to who measures.

/** What a span says: texts and numbers by OpenTelemetry's names. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** A span that is under way. */
export interface ActiveSpan {
  /** Replaces the name, where it is known only later. */
  rename(name: string): void
  set(attributes: SpanAttributes): void
  /** It did not do what was asked, though nothing was thrown. */
  fail(message: string): void
}

/** Parts that are measured, beside calls and reconcilers, which have measures of their own. */
export type MeasuredPart = 'store' | 'kubernetes' | 'backend'

export interface SpanStart {
  readonly name: string
  /** `server`: somebody asked; `client`: asks somebody; `internal`: neither. */
  readonly kind: 'server' | 'client' | 'internal'
  readonly attributes?: SpanAttributes
  /** The header `traceparent` of who asked; null where there was none. */
  readonly traceparent?: string | null
}

/** Makes spans; server/tracing has the one that sends them somewhere. */
export interface SpanMaker {
  /** Runs `work` within a span, which ends with it and has what it throws. */
  run<T>(start: SpanStart, work: (span: ActiveSpan) => Promise<T>): Promise<T>
}

/** Told of each piece of work of a part that ended; `what` is one of few. */
export type Measure = (part: MeasuredPart, what: string, milliseconds: number, failed: boolean) => void

let maker: SpanMaker | undefined
let measure: Measure | undefined

/** Begins tracing, or ends it with undefined. One process has one: what is traced lies too far apart to be handed it. */
export const traceWith = (made: SpanMaker | undefined): void => {
  maker = made
}

/** As `traceWith`. */
export const measureWith = (given: Measure | undefined): void => {
  measure = given
}

const silent: ActiveSpan = { rename: () => {}, set: () => {}, fail: () => {} }

/** Runs `work` within a span where spans are made, else as it is: `start` is not even called then. */
export const traced = <T>(start: () => SpanStart, work: (span: ActiveSpan) => Promise<T>): Promise<T> =>
  maker === undefined ? work(silent) : maker.run(start(), work)

/** As `traced`, and measured. */
export const measured = <T>(part: MeasuredPart, what: string, start: () => SpanStart, work: () => Promise<T>): Promise<T> => {
  const told = measure
  const running = traced(start, work)
  if (told === undefined) return running
  const begun = performance.now()
  const end = (failed: boolean): void => told(part, what, performance.now() - begun, failed)
  running.then(
    () => end(false),
    () => end(true),
  )
  return running
}
