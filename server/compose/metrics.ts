import { Counter, Gauge, Histogram } from 'prom-client'
import type { Measure } from '../../shared/tracing.ts'
import type { Metrics } from '../http/metrics.ts'
import type { Controller } from '../reconcilers/controller.ts'
import type { Store } from '../store/store.ts'
import { clusters, tasks } from '../store/tables.ts'

/** Seconds: most steps take a commit or a call to Kubernetes. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Counts the reconcilers' runs; the answer is told of each. */
export const reconcileMetrics = ({ registry }: Metrics): ((kind: string, milliseconds: number, failed: boolean) => void) => {
  const registers = [registry]
  const seconds = new Histogram({
    name: 'kecs_reconcile_duration_seconds',
    help: 'Time that one look at a key took',
    labelNames: ['kind'],
    buckets,
    registers,
  })
  const failures = new Counter({ name: 'kecs_reconcile_failures_total', help: 'Looks that failed', labelNames: ['kind'], registers })
  return (kind, milliseconds, failed) => {
    seconds.observe({ kind }, milliseconds / 1000)
    if (failed) failures.inc({ kind })
  }
}

/** Times and failures of what the control plane stands on: the state's file, Kubernetes (the runtime's own) and the backend. */
export const partMetrics = ({ registry }: Metrics): Measure => {
  const registers = [registry]
  const of = (metric: string, label: string, help: string) => ({
    seconds: new Histogram({ name: `kecs_${metric}_duration_seconds`, help, labelNames: [label], buckets, registers }),
    failures: new Counter({ name: `kecs_${metric}_failures_total`, help: `${help}: those that failed`, labelNames: [label], registers }),
    label,
  })
  const parts = {
    store: of('store_commit', 'kind', 'Time from a change to its being on disk'),
    kubernetes: of('kubernetes_request', 'method', 'Time of a request to the Kubernetes API'),
    backend: of('backend_request', 'service', "Time of a request to the backend's services"),
  }
  return (part, what, milliseconds, failed) => {
    const { seconds, failures, label } = parts[part]
    seconds.observe({ [label]: what }, milliseconds / 1000)
    if (failed) failures.inc({ [label]: what })
  }
}

/** What there is, counted when it is asked for. */
export const stateMetrics = ({ registry }: Metrics, store: Store, controller: Controller): void => {
  const registers = [registry]
  gauge({ name: 'kecs_reconcile_waiting', help: 'Keys in line', labelNames: ['kind'], registers }, () =>
    [...controller.depths()].map(([kind, depth]) => [{ kind }, depth]),
  )
  gauge({ name: 'kecs_tasks', help: 'ECS tasks by their last status', labelNames: ['status'], registers }, () => {
    const counts = new Map<string, number>()
    for (const { task } of store.table(tasks).all()) counts.set(task.lastStatus, (counts.get(task.lastStatus) ?? 0) + 1)
    return [...counts].map(([status, count]) => [{ status }, count])
  })
  gauge(
    { name: 'kecs_clusters', help: 'ECS clusters, deleted ones that are still described among them', labelNames: [], registers },
    () => [[{}, store.table(clusters).size]],
  )
}

type Values = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]

const gauge = (
  configuration: { name: string; help: string; labelNames: string[]; registers: Metrics['registry'][] },
  values: () => Values,
): Gauge =>
  new Gauge({
    ...configuration,
    collect() {
      this.reset()
      for (const [labels, value] of values()) this.set(labels, value)
    },
  })
