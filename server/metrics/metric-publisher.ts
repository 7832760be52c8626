import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Backend, BackendPlace } from '../backend/backend.ts'
import { type Metric, putMetrics } from '../backend/cloudwatch.ts'
import type { Logger } from '../log.ts'

/** Metrics of one account and region. */
export interface Measured {
  readonly namespace: string
  readonly place: BackendPlace
  readonly metrics: readonly Metric[]
}

export interface MetricPublisherParts {
  readonly clock: Clock
  readonly log: Logger
  readonly backend: Backend
  /** Whose metrics they are, for the log: `services`. */
  readonly of: string
  /** What there is to tell of the period that ends now. */
  readonly measure: () => Promise<readonly Measured[]> | readonly Measured[]
  /** AWS puts them each minute. Milliseconds. */
  readonly periodMs: number
}

/** Puts metrics into the backend's CloudWatch, each period. What cannot be put is lost, as it is then of the past. */
export class MetricPublisher {
  readonly #parts: MetricPublisherParts
  readonly #abort = new AbortController()
  #cancel: () => void = () => {}
  #publishing: Promise<void> = Promise.resolve()
  #hasFailed = false

  constructor(parts: MetricPublisherParts) {
    this.#parts = parts
    this.#wait()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#cancel()
    await this.#publishing
  }

  #wait(): void {
    const { clock, periodMs } = this.#parts
    this.#cancel = clock.after(periodMs - (clock.now() % periodMs), () => {
      this.#publishing = this.#publish().finally(() => {
        if (!this.#abort.signal.aborted) this.#wait()
      })
    })
  }

  async #publish(): Promise<void> {
    const { backend, log, of, measure } = this.#parts
    try {
      for (const { namespace, place, metrics } of await measure()) {
        await putMetrics(backend, namespace, metrics, place, { signal: this.#abort.signal })
      }
      this.#hasFailed = false
    } catch (error) {
      if (this.#abort.signal.aborted) return
      if (!this.#hasFailed) log.warn(`the metrics of ${of} could not be put into the backend's CloudWatch: ${messageOf(error)}`)
      this.#hasFailed = true
    }
  }
}

/** Gathers metrics by namespace, account and region. */
export class MeasuredByPlace {
  readonly #found = new Map<string, Measured & { readonly metrics: Metric[] }>()

  add(namespace: string, scope: string, metrics: readonly Metric[]): void {
    if (metrics.length === 0) return
    const key = `${namespace} ${scope}`
    const [account = '', region = ''] = scope.split('/')
    const found = this.#found.get(key) ?? { namespace, place: { account, region }, metrics: [] }
    found.metrics.push(...metrics)
    this.#found.set(key, found)
  }

  all(): readonly Measured[] {
    return [...this.#found.values()]
  }
}
