import type { AgentEvent } from '../agent/protocol.ts'
import type { Clock } from '../../shared/clock.ts'

/** Sends an event to an agent that listens. */
type Hand = (event: AgentEvent) => void

interface Asked {
  readonly node: string
  readonly runtimeId: string
  readonly resolve: (wasKilled: boolean) => void
}

/** How long it may take an agent to say, one that is just coming back included. Milliseconds. */
const patienceMs = 2_000

/**
 * Whether the kernel killed a container for memory, from the agents of the nodes, which read the kernel's log. Where none
 * says in time, it is not known to have been killed for that.
 */
export class MemoryKills {
  readonly #clock: Clock
  readonly #hands = new Map<Hand, string>()
  readonly #asked = new Set<Asked>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The agent of a node listens; the answer tells that it does no more. */
  join(node: string, hand: Hand): () => void {
    this.#hands.set(hand, node)
    for (const { node: of, runtimeId } of this.#asked) if (of === node) hand({ is: 'ended', runtimeId })
    return () => void this.#hands.delete(hand)
  }

  /** What an agent says. What nobody waits for any more is passed over. */
  answered(runtimeId: string, wasKilled: boolean): void {
    for (const asked of this.#asked) if (asked.runtimeId === runtimeId) asked.resolve(wasKilled)
  }

  async of(node: string, runtimeId: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const asked = { node, runtimeId, resolve }
    const cancel = this.#clock.after(patienceMs, () => resolve(false))
    this.#asked.add(asked)
    for (const [hand, of] of this.#hands) if (of === node) hand({ is: 'ended', runtimeId })
    try {
      return await promise
    } finally {
      cancel()
      this.#asked.delete(asked)
    }
  }
}
