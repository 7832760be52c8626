import type { Clock } from '../../../shared/clock.ts'
import type { PacketQueues, QueuedPacket } from './kernel-queues.ts'
import type { Latency } from './requests.ts'

export interface DelaysParts {
  readonly queues: PacketQueues
  readonly clock: Clock
  /** From 0 to less than 1. */
  readonly random: () => number
}

interface Late extends QueuedPacket {
  /** Milliseconds since the epoch. */
  readonly due: number
}

/** The queues of other programs of the node are most likely elsewhere. */
const firstQueue = 27_400
/** How often it is looked for packets while any are to be late. Milliseconds. */
const lookMs = 1
/** As many may be late at once; more are dropped, as by netem, which ECS' agent makes latency with. */
const mostPackets = 1_000

/** Makes packets late: each goes on after the delay, give or take the jitter, any of those times as likely as the other. */
export class Delays {
  readonly #parts: DelaysParts
  readonly #latencies = new Map<number, Pick<Latency, 'delay' | 'jitter'>>()
  /** By when they are due. */
  #late: Late[] = []
  #cancel: (() => void) | undefined

  constructor(parts: DelaysParts) {
    this.#parts = parts
  }

  /** Opens a queue for packets to be made late: its number, or the kernel's error number. */
  begin({ delay, jitter }: Pick<Latency, 'delay' | 'jitter'>): { readonly queue: number } | { readonly errno: number } {
    let queue = firstQueue
    while (this.#latencies.has(queue)) queue++
    const errno = this.#parts.queues.open(queue, mostPackets)
    if (errno !== 0) return { errno }
    this.#latencies.set(queue, { delay, jitter })
    this.#cancel ??= this.#lookLater()
    return { queue }
  }

  /** What waits goes on at once. */
  end(queue: number): void {
    this.#take()
    for (const packet of this.#late) if (packet.queue === queue) this.#parts.queues.pass(packet)
    this.#late = this.#late.filter(packet => packet.queue !== queue)
    this.#latencies.delete(queue)
    this.#parts.queues.close(queue)
    if (this.#latencies.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Ends all. */
  stop(): void {
    for (const queue of this.#latencies.keys()) this.end(queue)
  }

  #lookLater(): () => void {
    return this.#parts.clock.after(lookMs, () => {
      this.#cancel = this.#lookLater()
      this.#take()
      const now = this.#parts.clock.now()
      while ((this.#late[0]?.due ?? Infinity) <= now) {
        const packet = this.#late.shift()
        if (packet !== undefined) this.#parts.queues.pass(packet)
      }
    })
  }

  #take(): void {
    const now = this.#parts.clock.now()
    for (const packet of this.#parts.queues.take()) {
      const { delay, jitter } = this.#latencies.get(packet.queue) ?? { delay: 0, jitter: 0 }
      const due = now + Math.max(0, delay + (this.#parts.random() * 2 - 1) * jitter)
      const after = this.#late.findLastIndex(each => each.due <= due)
      this.#late.splice(after + 1, 0, { ...packet, due })
    }
  }
}
