import type { AgentEvent } from '../agent/protocol.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { ProbeOutcome, ProbeRequest, Prober } from '../probing/prober.ts'

/** Sends an event to an agent that listens. */
type Hand = (event: AgentEvent) => void

interface Asked {
  readonly request: ProbeRequest
  readonly resolve: (outcome: ProbeOutcome) => void
  hand: Hand | undefined
}

/** How long an agent's answer may be on its way beside the time that the target has. Milliseconds. */
const onTheWayMs = 3_000
/** How long a health check waits for an agent while none listens: they come back within a second or two. Milliseconds. */
const noAgentMs = 30_000

/**
 * Health checks of targets by the nodes' agents: for a control plane outside of the cluster, which no task's address can
 * be reached from. What an agent was asked is asked of another one when it goes away. A check that no agent made in time
 * has failed, as one whose target does not answer.
 */
export class AgentProbes implements Prober {
  readonly #clock: Clock
  readonly #ids: Pick<Ids, 'hex32'>
  readonly #hands = new Set<Hand>()
  readonly #asked = new Map<string, Asked>()

  constructor({ clock, ids }: { readonly clock: Clock; readonly ids: Pick<Ids, 'hex32'> }) {
    this.#clock = clock
    this.#ids = ids
  }

  /** An agent listens; the answer tells that it does no more. */
  join(hand: Hand): () => void {
    this.#hands.add(hand)
    this.#handOut()
    return () => {
      this.#hands.delete(hand)
      for (const asked of this.#asked.values()) if (asked.hand === hand) asked.hand = undefined
      this.#handOut()
    }
  }

  /** What an agent says that came of a check. One that nobody waits for any more is passed over. */
  answered(id: string, outcome: ProbeOutcome): void {
    this.#asked.get(id)?.resolve(outcome)
  }

  async probe(request: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<ProbeOutcome>()
    const id = this.#ids.hex32()
    const cancel = this.#clock.after(request.timeoutMs + onTheWayMs + (this.#hands.size === 0 ? noAgentMs : 0), () =>
      resolve({ is: 'failed', why: 'no agent of a node made the health check in time' }),
    )
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#asked.set(id, { request, resolve, hand: undefined })
    this.#handOut()
    try {
      return await promise
    } finally {
      cancel()
      signal.removeEventListener('abort', onAbort)
      this.#asked.delete(id)
    }
  }

  /** Each check that nobody makes to one who can: any agent reaches every task. */
  #handOut(): void {
    const [hand] = this.#hands
    if (hand === undefined) return
    for (const [id, asked] of this.#asked) {
      if (asked.hand !== undefined) continue
      asked.hand = hand
      hand({ is: 'probe', id, request: asked.request })
    }
  }
}
