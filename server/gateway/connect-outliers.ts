import type { Clock } from '../../shared/clock.ts'
import { pause } from '../../shared/pause.ts'
import type { Logger } from '../log.ts'
import type { Prober } from '../probing/prober.ts'
import { type ExportedRecord, exportTaken, exportedBytes, exportedRecords } from './otlp.ts'

export interface ConnectOutliersParts {
  readonly prober: Prober
  readonly clock: Clock
  readonly log: Logger
  /** Whether a task that is behind an endpoint of TCP listens there, or is to: `address:port`. */
  readonly isServing: (address: string) => boolean
  /** Others are left out than before. */
  readonly onChanged: () => void
}

/** How long a connection may take. Milliseconds. */
const connectMs = 2_000
/** Between two looks at a task that is left out. Milliseconds. */
const againMs = 1_000
/**
 * One that was left out lately stays out twice as long as then, as each change of what is routed makes the gateway forget whom
 * it judged. Milliseconds.
 */
const latelyMs = 60_000
const longestMs = 30_000

/** When a task came back, and how long it had to stay out at least. Milliseconds. */
interface LeftBefore {
  readonly backAt: number
  readonly outMs: number
}

/**
 * Tasks behind endpoints of TCP that accept no connections. The gateway tells of each connection that it could not make; where
 * the control plane cannot make one either, the task is left out until it can. Nobody who answers is ever connected to but by
 * clients: a connection that says nothing is an error to some servers. Each process begins without outliers.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
 */
export class ConnectOutliers {
  readonly #parts: ConnectOutliersParts
  readonly #ended = new AbortController()
  /** Those that are being looked at. */
  readonly #suspected = new Set<string>()
  readonly #leftOut = new Set<string>()
  readonly #before = new Map<string, LeftBefore>()

  constructor(parts: ConnectOutliersParts) {
    this.#parts = parts
  }

  /** `address:port`. */
  get leftOut(): ReadonlySet<string> {
    return this.#leftOut
  }

  /** What the gateway exports of its log. */
  async take(request: Request): Promise<Response> {
    for (const record of exportedRecords(await exportedBytes(request))) {
      const address = failedDial(record)
      if (address !== undefined) this.suspect(address)
    }
    return exportTaken()
  }

  /** A connection to it could not be made. */
  suspect(address: string): void {
    if (this.#suspected.has(address) || this.#ended.signal.aborted || !this.#parts.isServing(address)) return
    this.#suspected.add(address)
    void this.#watch(address)
      .catch((error: unknown) => {
        if (!this.#ended.signal.aborted) this.#parts.log.error({ err: error, address }, 'a task that refuses connections is not watched')
      })
      .finally(() => {
        this.#suspected.delete(address)
        if (this.#leftOut.delete(address)) this.#parts.onChanged()
      })
  }

  stop(): void {
    this.#ended.abort()
  }

  /** Returns when it accepts a connection, or nobody serves there any more. */
  async #watch(address: string): Promise<void> {
    const { clock, isServing, log, onChanged } = this.#parts
    const { signal } = this.#ended
    if (await this.#accepts(address)) return
    const outMs = this.#outMs(address)
    this.#leftOut.add(address)
    log.info({ address }, 'accepts no connections: left out of its Service Connect endpoint until it does')
    onChanged()
    await pause(clock, outMs, signal)
    signal.throwIfAborted()
    while (isServing(address) && !(await this.#accepts(address))) {
      await pause(clock, againMs, signal)
      signal.throwIfAborted()
    }
    this.#before.set(address, { backAt: clock.now(), outMs })
  }

  #outMs(address: string): number {
    const now = this.#parts.clock.now()
    for (const [each, { backAt }] of this.#before) if (now - backAt >= latelyMs) this.#before.delete(each)
    const before = this.#before.get(address)
    return before === undefined ? againMs : Math.min(before.outMs * 2, longestMs)
  }

  async #accepts(address: string): Promise<boolean> {
    const colon = address.lastIndexOf(':')
    const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
    const port = Number(address.slice(colon + 1))
    const request = { protocol: 'TCP', isTls: false, host, port, path: '/', timeoutMs: connectMs, targetGroupArn: '' } as const
    const { is } = await this.#parts.prober.probe(request, this.#ended.signal)
    return is === 'connected'
  }
}

/** The address that Traefik says it could not connect to, in Go's words: `dial tcp 10.0.0.1:80: connect: connection refused`. */
export function failedDial({ body, attributes }: ExportedRecord): string | undefined {
  if (body !== 'Error while dialing backend') return undefined
  return /^dial tcp (?:\S+->)?(\S+:\d+): /.exec(attributes.get('error') ?? '')?.[1]
}
