import { messageOf } from '../../shared/errors.ts'
import type { SpanMaker } from '../../shared/tracing.ts'
import { version } from '../../shared/version.ts'

export interface TracesConfig {
  /** Where OTLP over HTTP is taken, such as `http://collector:4318/v1/traces`. */
  readonly url: string
  readonly serviceName: string
  /** Of the resource beside the service's name. */
  readonly instance: string
}

export interface OpenTracing {
  readonly maker: SpanMaker
  /** Sends what is left. */
  stop(): Promise<void>
}

/**
 * Sends spans to a collector as OTLP/HTTP JSON, in batches every few seconds; a collector that is away costs spans and
 * nothing else. The packages are loaded here and nowhere else: whoever does not trace pays nothing.
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export const openTracing = async ({ url, serviceName, instance }: TracesConfig): Promise<OpenTracing> => {
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, context, trace }, sdk, { OTLPTraceExporter }, hooks, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/resources'),
    ])
  const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }
  const manager = new hooks.AsyncLocalStorageContextManager().enable()
  const processor = new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }), scheduledDelayMillis: 2000 })
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version, 'service.instance.id': instance }),
    spanProcessors: [processor],
  })
  context.setGlobalContextManager(manager)
  const tracer = provider.getTracer('kecs', version)

  const maker: SpanMaker = {
    run: (start, work) => {
      const remote = remoteParent(start.traceparent)
      const parent = remote === undefined ? context.active() : trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true })
      const span = tracer.startSpan(start.name, { kind: kinds[start.kind], attributes: { ...start.attributes } }, parent)
      const active = {
        rename: (name: string) => void span.updateName(name),
        set: (attributes: Readonly<Record<string, string | number | boolean>>) => void span.setAttributes({ ...attributes }),
        fail: (message: string) => void span.setStatus({ code: SpanStatusCode.ERROR, message }),
      }
      return context.with(trace.setSpan(parent, span), async () => {
        try {
          return await work(active)
        } catch (error) {
          active.fail(messageOf(error))
          throw error
        } finally {
          span.end()
        }
      })
    },
  }
  return {
    maker,
    stop: async () => {
      await provider.shutdown().catch(() => {})
      manager.disable()
      context.disable()
    },
  }
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const remoteParent = (header: string | null | undefined) => {
  const [, traceId, spanId, flags] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '') ?? []
  const isKnown = traceId !== undefined && spanId !== undefined && !/^0+$/.test(traceId) && !/^0+$/.test(spanId)
  return isKnown ? { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16) } : undefined
}
