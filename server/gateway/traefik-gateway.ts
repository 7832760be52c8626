import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { appliedHeader, appliedPath, doorAppliedPath } from '../../shared/names.ts'
import { pause } from '../../shared/pause.ts'
import type { DynamicConfiguration } from '../domain/elbv2/routing/dynamic-configuration.ts'
import type { Logger } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { Gateway } from './gateway.ts'
import { routingTables } from './routing-tables.ts'

export interface TraefikGatewayParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  /** Tells this process' configurations from another's. */
  readonly bootId: string
  /** Whether all that is routed is known: an answer before would take routes away. */
  readonly isReady: () => boolean
  readonly compute: () => DynamicConfiguration
  /** What else the configuration depends on, as a text that changes with it. */
  readonly fingerprint: () => string
  /** What the gateway says that it applies; undefined when it does not answer. */
  readonly readApplied: () => Promise<string | undefined>
}

/**
 * A gateway that did not ask for so long is not there, and nothing is routed by it. Longer than what a machine with too
 * much to do keeps it from asking. Milliseconds.
 */
const goneAfterMs = 30_000
/** What a commit says of when something was decided may be so much before the commit itself. Milliseconds. */
const decidedWithinMs = 1_000
/**
 * From the moment that a configuration is applied until no request is under way to a target that only the one before it
 * had: the gateway may have chosen its target, and not have connected to it yet. Milliseconds.
 */
const settleMs = 1_000
/** How long a poll waits for something to tell. Traefik gives up after five seconds. Milliseconds. */
const holdMs = 1_000
/** Between two looks at what the gateway applies, while something is not applied yet. Milliseconds. */
const lookAgainMs = 40

/** A configuration that the gateway was told, and when the first change was made that it has. */
interface Told {
  readonly version: number
  readonly since: number
  /** When the gateway was seen to apply it, or a later one. */
  readonly appliedAt?: number
}

const isApplied = ({ appliedAt }: Told): boolean => appliedAt !== undefined

/**
 * What Traefik is told, and when it is in force. Traefik asks at most every 100 ms and applies what it got some time later; it
 * says itself which configuration it applies, by a header on a route that is part of the configuration.
 */
export class TraefikGateway implements Gateway {
  readonly #parts: TraefikGatewayParts
  readonly #listeners = new Set<() => void>()
  /** Polls that wait for a change. */
  readonly #held = new Set<() => void>()
  readonly #unwatch: () => void
  #text = ''
  #content = ''
  #fingerprint = ''
  #version = 0
  #told: Told[] = []
  /** When the first change was made that no configuration has yet. */
  #changedAt: number | undefined
  #askedAt: number
  #isLooking = false
  #isStopped = false

  constructor(parts: TraefikGatewayParts) {
    this.#parts = parts
    // Nothing that was committed before this process began is known to have been told.
    this.#changedAt = 0
    this.#askedAt = parts.clock.now()
    this.#unwatch = parts.store.watch(changes => {
      if (changes.some(({ table }) => routingTables.has(table))) this.changed()
    })
  }

  /** Something beside the store's tables has changed, such as a certificate that is made. */
  changed(): void {
    this.#changedAt ??= this.#parts.clock.now()
    this.#release()
  }

  /**
   * As `answer`, but where nothing changed since the last one only after a while: a change is told at once, and nobody
   * asks ten times a second in vain.
   */
  async answerOnceChanged(): Promise<Response> {
    this.#askedAt = this.#parts.clock.now()
    const isNothingNew = this.#changedAt === undefined && this.#parts.fingerprint() === this.#fingerprint
    if (isNothingNew && !this.#isStopped && this.#parts.isReady()) await this.#hold()
    return this.answer()
  }

  #hold(): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        cancel()
        this.#held.delete(done)
        resolve()
      }
      const cancel = this.#parts.clock.after(holdMs, done)
      this.#held.add(done)
    })
  }

  #release(): void {
    for (const done of this.#held) done()
  }

  /** The answer to Traefik's HTTP provider: 503 leaves it with what it has. */
  answer(): Response {
    this.#askedAt = this.#parts.clock.now()
    if (!this.#parts.isReady()) return new Response('not ready\n', { status: 503 })
    this.#compute()
    return new Response(this.#text, { headers: { 'content-type': 'application/json' } })
  }

  inForceUntil(): number {
    return this.#before(told => !isApplied(told))
  }

  settledUntil(): number {
    return this.#before(told => !this.#isSettled(told))
  }

  /** Until when every change is in force that was made before the first one that is not told or told in what `counts`. */
  #before(counts: (told: Told) => boolean): number {
    const now = this.#parts.clock.now()
    if (now - this.#askedAt > goneAfterMs) return now
    const first = this.#told.find(counts)?.since ?? this.#changedAt
    return first === undefined ? now : first - decidedWithinMs
  }

  watch(listener: () => void): () => void {
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  stop(): void {
    this.#isStopped = true
    this.#unwatch()
    this.#listeners.clear()
    this.#release()
  }

  #compute(): void {
    const fingerprint = this.#parts.fingerprint()
    if (fingerprint !== this.#fingerprint) this.changed()
    const since = this.#changedAt
    if (since === undefined) return
    // What it throws leaves the change to be told: nothing of it is in force.
    const configuration = this.#parts.compute()
    this.#fingerprint = fingerprint
    this.#changedAt = undefined
    const content = JSON.stringify(configuration)
    if (content === this.#content && this.#version > 0) {
      if (this.#told.every(isApplied)) this.#notify()
      return
    }
    this.#content = content
    this.#version++
    this.#text = JSON.stringify(withMark(configuration, this.#mark(this.#version)))
    this.#told = [...this.#told.filter(told => !this.#isSettled(told)), { version: this.#version, since }]
    if (!this.#isLooking) void this.#look()
  }

  #mark(version: number): string {
    return `${this.#parts.bootId}.${version}`
  }

  /** Looks until all that was told is applied. */
  async #look(): Promise<void> {
    this.#isLooking = true
    while (!this.#told.every(isApplied) && !this.#isStopped) {
      await pause(this.#parts.clock, lookAgainMs)
      const applied = await this.#applied()
      const newest = this.#told.findLast(({ version }) => this.#mark(version) === applied)
      if (newest === undefined || isApplied(newest)) continue
      const now = this.#parts.clock.now()
      this.#told = this.#told.map(told => (told.version > newest.version ? told : { appliedAt: now, ...told }))
      this.#notify()
    }
    this.#isLooking = false
  }

  #isSettled({ appliedAt }: Told): boolean {
    return appliedAt !== undefined && this.#parts.clock.now() - appliedAt >= settleMs
  }

  async #applied(): Promise<string | undefined> {
    try {
      return await this.#parts.readApplied()
    } catch (error) {
      this.#parts.log.debug({ err: error }, `the gateway does not say what it applies: ${messageOf(error)}`)
      return undefined
    }
  }

  #notify(): void {
    for (const listener of this.#listeners) listener()
  }
}

const markName = 'applied'
/** Before the door's own routes. */
const first = 1_000_000

/** The configuration with the route that says which one it is: on the gateway's own port, and at the door for who is outside. */
const withMark = (configuration: DynamicConfiguration, mark: string): DynamicConfiguration => ({
  ...configuration,
  http: {
    ...configuration.http,
    routers: {
      ...configuration.http?.routers,
      [markName]: { entryPoints: ['ping'], rule: `Path(\`${appliedPath}\`)`, middlewares: [markName], service: 'noop@internal' },
      [`${markName}-door`]: {
        entryPoints: ['aws'],
        rule: `Path(\`${doorAppliedPath}\`)`,
        priority: first,
        middlewares: [markName],
        service: 'noop@internal',
      },
    },
    middlewares: { ...configuration.http?.middlewares, [markName]: { headers: { customResponseHeaders: { [appliedHeader]: mark } } } },
  },
})
