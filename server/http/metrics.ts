import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { ObservedCall } from '../aws/aws-api.ts'

/** Counts of the control plane, for Prometheus. */
export interface Metrics {
  /** Where other parts register their own. */
  readonly registry: Registry
  observe(call: ObservedCall): void
}

/** Seconds. Most calls take well under a millisecond. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'kecs_api_requests_total',
    help: 'AWS API calls answered',
    labelNames: ['service', 'operation', 'status'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'kecs_api_request_duration_seconds',
    help: 'Time from a call to its answer',
    labelNames: ['service', 'operation'],
    buckets,
    registers: [registry],
  })
  // prom-client hashes the labels of each call: children are found once for each operation and status instead.
  const children = new Map<string, Child>()
  const childOf = ({ service, operation, status }: ObservedCall): Child => {
    const key = `${service} ${operation} ${status}`
    let child = children.get(key)
    if (!child) {
      child = {
        requests: requests.labels({ service, operation, status: String(status) }),
        seconds: seconds.labels({ service, operation }),
      }
      children.set(key, child)
    }
    return child
  }
  return {
    registry,
    observe(call) {
      const child = childOf(call)
      child.requests.inc()
      child.seconds.observe(call.seconds)
    },
  }
}

interface Child {
  readonly requests: Counter.Internal
  readonly seconds: Histogram.Internal<'service' | 'operation'>
}
