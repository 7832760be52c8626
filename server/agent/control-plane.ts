import { readFile } from 'node:fs/promises'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { pause } from '../../shared/pause.ts'
import type { Logger } from '../log.ts'
import type { AgentConfig } from './config.ts'
import type { Adjusting, AgentEvent, Drained, Explained, Probed, UsageReport, UsageTaken } from './protocol.ts'

export interface ControlPlaneParts {
  readonly config: Pick<AgentConfig, 'controlPlaneAddressUrl' | 'controlPlaneUrl' | 'node' | 'tokenFile'>
  readonly clock: Clock
  readonly log: Logger
}

type Told = 'adjusting' | 'drained' | 'explained' | 'isolated' | 'probed' | 'routed' | 'usage'

/** Between attempts to be told. Milliseconds. */
const firstPauseMs = 100
const longestPauseMs = 400
/**
 * The control plane begins to answer at once: a call that got no word for so long is lost. The first calls are given up
 * sooner: a new node has neither rules for Services nor DNS, and what is sent is lost. Milliseconds.
 */
const unansweredMs = { first: 1_000, later: 5_000 } as const
/** So many calls are the first, and each time after so many that failed by the Service's address its name is tried. */
const firstCalls = 5
/** It gives a sign of life each five seconds: one that is silent for so long is not there. Milliseconds. */
const silentMs = 15_000

/**
 * The control plane, as an agent calls it. It may be away at any time. Each call has a connection of its own: one that
 * left the node before kube-proxy knew the Service ends at somebody else, who may well answer, and would be used again.
 */
export class ControlPlane {
  readonly #parts: ControlPlaneParts
  /** How often it was asked for its events in vain. */
  #failures = 0

  constructor(parts: ControlPlaneParts) {
    this.#parts = parts
  }

  /** Hands on what the control plane tells until the signal, asking again whenever it is away. Never rejects. */
  async follow(accept: (event: AgentEvent) => void, signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#parts
    let pauseMs = firstPauseMs
    let isAway = false
    while (!signal.aborted) {
      try {
        for await (const event of this.#events(signal)) {
          if (isAway) log.info('the control plane is there')
          isAway = false
          pauseMs = firstPauseMs
          accept(event)
        }
      } catch (error) {
        if (signal.aborted) return
        if (!isAway) log.warn(`the control plane is away: ${messageOf(error)}`)
        isAway = true
        this.#failures++
      }
      await pause(clock, pauseMs)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }

  /** Whose logs are delivered. Rejects when it is not taken. */
  async drained(taskArns: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#tell('drained', taskArns, signal)
  }

  /** Whose log routers have all. Rejects when it is not taken. */
  async routed(taskArns: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#tell('routed', taskArns, signal)
  }

  /** Who has no network any more. Rejects when it is not taken. */
  async isolated(taskArns: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#tell('isolated', taskArns, signal)
  }

  async #tell(what: 'drained' | 'isolated' | 'routed', taskArns: readonly string[], signal: AbortSignal): Promise<void> {
    const body: Drained = { taskArns }
    await this.#post(what, body, signal)
  }

  /** What tasks use. Resolves with how long the next report is not wanted for, in milliseconds; rejects when it is not taken. */
  async used(report: UsageReport, signal: AbortSignal): Promise<number> {
    const { nextInMs }: UsageTaken = JSON.parse(await this.#post('usage', report, signal))
    return nextInMs
  }

  /** What came of a health check. Rejects when it is not taken. */
  async probed(probed: Probed, signal: AbortSignal): Promise<void> {
    await this.#post('probed', probed, signal)
  }

  /** Whether a container was killed for memory. Rejects when it is not taken. */
  async explained(explained: Explained, signal: AbortSignal): Promise<void> {
    await this.#post('explained', explained, signal)
  }

  /** Whether containers are adjusted on this node. Rejects when it is not taken. */
  async adjusting(adjusting: Adjusting, signal: AbortSignal): Promise<void> {
    await this.#post('adjusting', adjusting, signal)
  }

  async #post(what: Told, body: object, signal: AbortSignal): Promise<string> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(5_000)])
    const init = { method: 'POST', headers: { ...(await this.#headers()), 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await fetch(this.#url(what), { ...init, signal: limit, keepalive: false })
    if (!response.ok) throw new Error(`the control plane answered ${response.status}`)
    return response.text()
  }

  async *#events(signal: AbortSignal): AsyncGenerator<AgentEvent> {
    const silence = new Silence(this.#parts.clock, this.#failures < firstCalls ? unansweredMs.first : unansweredMs.later)
    const either = AbortSignal.any([signal, silence.signal])
    const response = await fetch(this.#url('tasks'), { headers: await this.#headers(), signal: either, keepalive: false })
    try {
      if (!response.ok || response.body === null) throw new Error(`the control plane answered ${response.status}`)
      let rest = ''
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        silence.isBroken()
        const lines = `${rest}${text}`.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) yield JSON.parse(line)
      }
    } finally {
      silence.end()
    }
  }

  #url(what: Told | 'tasks'): string {
    const { controlPlaneAddressUrl, controlPlaneUrl, node } = this.#parts.config
    const isByName = controlPlaneAddressUrl === undefined || this.#failures % firstCalls === firstCalls - 1
    return `${isByName ? controlPlaneUrl : controlPlaneAddressUrl}/v1/nodes/${encodeURIComponent(node)}/${what}`
  }

  /** Read anew each time: the kubelet renews it. */
  async #headers(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${(await readFile(this.#parts.config.tokenFile, 'utf8')).trim()}` }
  }
}

/** Aborts once nothing was heard for a while. */
class Silence {
  readonly #clock: Clock
  readonly #abort = new AbortController()
  #cancel: () => void

  constructor(clock: Clock, firstMs: number) {
    this.#clock = clock
    this.#cancel = this.#begin(firstMs)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  isBroken(): void {
    this.#cancel()
    this.#cancel = this.#begin(silentMs)
  }

  end(): void {
    this.#cancel()
  }

  #begin(ms: number): () => void {
    return this.#clock.after(ms, () => this.#abort.abort(new Error('it says nothing')))
  }
}
