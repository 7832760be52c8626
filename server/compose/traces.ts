import { measureWith, traceWith } from '../../shared/tracing.ts'
import type { ServerConfig } from '../config.ts'
import type { Metrics } from '../http/metrics.ts'
import { partMetrics } from './metrics.ts'
import type { Started } from './started.ts'

/** Begins to measure what takes time, and to trace it where the configuration says where to; both end with the rest. */
export const beginObserving = async ({ traces, instance }: ServerConfig, metrics: Metrics, started: Started): Promise<void> => {
  measureWith(partMetrics(metrics))
  started.add('the measures', () => measureWith(undefined))
  if (traces === undefined) return
  const { openTracing } = await import('../tracing/otlp.ts')
  const tracing = await openTracing({ ...traces, instance })
  traceWith(tracing.maker)
  started.add('the traces', () => {
    traceWith(undefined)
    return tracing.stop()
  })
}
