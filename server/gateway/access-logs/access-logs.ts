import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { Backend, CallOptions } from '../../backend/backend.ts'
import { putObject } from '../../backend/s3.ts'
import { type Matched, type GatewayRecord, accessLogEntry } from '../../domain/elbv2/access-log-entry.ts'
import { nameOf } from '../../domain/elbv2/routing/routing-state.ts'
import type { Logger } from '../../log.ts'
import { type LoadBalancerRow, listeners, loadBalancers, rules } from '../../store/elbv2-tables.ts'
import type { Store } from '../../store/store.ts'
import { exportTaken, exportedBytes, recordBodies } from '../otlp.ts'

export interface AccessLogsParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  /** Whose S3 has the buckets; undefined where there is none. */
  readonly backend: Backend | undefined
}

/** AWS publishes a file each five minutes, and earlier where there is much. Milliseconds. */
const periodMs = 5 * 60_000
const mostLines = 20_000
/** Clients choose how long lines are. */
const mostCharacters = 8 * 1024 * 1024
/** How long the last file may take as the process ends, which is given ten seconds for all. Milliseconds. */
const lastMs = 3_000
/** The gateway tells of requests once a second: what belongs to a log that was just turned off may be on its way. Milliseconds. */
const lateMs = 3_000

interface Buffered {
  readonly balancer: LoadBalancerRow
  readonly lines: string[]
  /** Of all lines. */
  characters: number
  /** Ends its timer. */
  readonly cancel: () => void
}

/**
 * The access logs of Application Load Balancers: what the gateway tells of requests, gathered, and put into the bucket of the
 * backend's S3 each five minutes, when the log is turned off and when the process ends.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 */
export class AccessLogs {
  readonly #parts: AccessLogsParts
  /** By the load balancer's ARN. */
  readonly #buffers = new Map<string, Buffered>()
  readonly #unwatch: () => void

  constructor(parts: AccessLogsParts) {
    this.#parts = parts
    this.#unwatch = parts.store.watch(changes => {
      for (const { table, key } of changes) if (table === loadBalancers.name) this.#checkEnd(key)
    })
  }

  /** What the gateway exports: an ExportLogsServiceRequest, compressed or not. */
  async take(request: Request): Promise<Response> {
    this.add(recordBodies(await exportedBytes(request)))
    return exportTaken()
  }

  /** Records of the gateway's, each JSON. */
  add(bodies: readonly string[]): void {
    const matched = this.#matchedByRouter()
    for (const body of bodies) {
      const record: GatewayRecord = JSON.parse(body)
      const found = matched.get(lastRouter(String(record['RouterName'])))
      const arn = found?.listener.LoadBalancerArn ?? ''
      const balancer = this.#parts.store.table(loadBalancers).get(arn)
      if (found === undefined || balancer === undefined) continue
      const buffer = this.#buffers.get(arn) ?? (isLogged(balancer) ? this.#begin(arn, balancer) : undefined)
      if (buffer === undefined) continue
      const line = accessLogEntry(record, found)
      buffer.lines.push(line)
      buffer.characters += line.length
      if (buffer.lines.length >= mostLines || buffer.characters >= mostCharacters) void this.#publish(arn)
    }
  }

  /** Puts what there is so far. */
  async stop(): Promise<void> {
    this.#unwatch()
    await Promise.all([...this.#buffers.keys()].map(arn => this.#publish(arn, { timeoutMs: lastMs })))
  }

  #begin(arn: string, balancer: LoadBalancerRow): Buffered {
    const { clock } = this.#parts
    const cancel = clock.after(periodMs - (clock.now() % periodMs), () => void this.#publish(arn))
    const buffer: Buffered = { balancer, lines: [], characters: 0, cancel }
    this.#buffers.set(arn, buffer)
    return buffer
  }

  #checkEnd(arn: string): void {
    const row = this.#parts.store.table(loadBalancers).get(arn)
    const buffer = this.#buffers.get(arn)
    if (buffer === undefined || (row !== undefined && isLogged(row))) return
    this.#parts.clock.after(lateMs, () => void this.#publish(arn))
  }

  async #publish(arn: string, options?: CallOptions): Promise<void> {
    const { backend, clock, ids, log } = this.#parts
    const buffer = this.#buffers.get(arn)
    if (buffer === undefined) return
    this.#buffers.delete(arn)
    buffer.cancel()
    const { balancer, lines } = buffer
    const [account = '', region = ''] = balancer.scope.split('/')
    const bucket = balancer.attributes['access_logs.s3.bucket'] ?? ''
    const key = keyOf(balancer, { account, region, end: clock.now(), unique: ids.hex32().slice(0, 8) })
    try {
      if (backend === undefined) throw new Error('no backend is configured whose S3 has the bucket')
      const body = Bun.gzipSync(Buffer.from(`${lines.join('\n')}\n`))
      await putObject(backend, { bucket, key }, Uint8Array.from(body), { account, region }, options)
    } catch (error) {
      log.warn({ err: error, arn, bucket, lines: lines.length }, `an access log is lost: ${messageOf(error)}`)
    }
  }

  /** Rules and listeners of load balancers with logs, by the names of their routers. */
  #matchedByRouter(): ReadonlyMap<string, Matched> {
    const { store } = this.#parts
    const matched = new Map<string, Matched>()
    for (const balancer of store.table(loadBalancers).all()) {
      const arn = balancer.loadBalancer.LoadBalancerArn
      if (!isLogged(balancer) && !this.#buffers.has(arn)) continue
      for (const { listener } of store.table(listeners).by('loadBalancer', arn)) {
        for (const kind of ['listener', 'door'] as const) matched.set(nameOf(kind, listener.ListenerArn), { listener })
        for (const { rule } of store.table(rules).by('listener', listener.ListenerArn)) {
          matched.set(nameOf('rule', rule.RuleArn), { listener, rule })
        }
      }
    }
    return matched
  }
}

/** A request's routers come one after the other: `door-1@http -> rule-2@http`. */
const lastRouter = (names: string): string => (names.split(' ').at(-1) ?? '').replace(/@.*$/, '')

const isLogged = ({ attributes }: LoadBalancerRow): boolean => attributes['access_logs.s3.enabled'] === 'true'

interface Named {
  readonly account: string
  readonly region: string
  readonly end: number
  readonly unique: string
}

/** Where AWS puts a file, and what it calls it; the address in its name is the gateway's, which has none to tell. */
function keyOf({ loadBalancer, attributes }: LoadBalancerRow, { account, region, end, unique }: Named): string {
  const iso = new Date(end).toISOString()
  const folder = iso.slice(0, 10).replaceAll('-', '/')
  const time = `${iso.slice(0, 16).replaceAll(/[-:]/g, '')}Z`
  const id = loadBalancer.LoadBalancerArn.replace(/^.*?:loadbalancer\//, '').replaceAll('/', '.')
  const prefix = attributes['access_logs.s3.prefix']
  const name = `${account}_elasticloadbalancing_${region}_${id}_${time}_127.0.0.1_${unique}.log.gz`
  return `${prefix ? `${prefix}/` : ''}AWSLogs/${account}/elasticloadbalancing/${region}/${folder}/${name}`
}
