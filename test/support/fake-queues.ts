import type { PacketQueues, QueuedPacket } from '../../server/agent/faults/kernel-queues.ts'

/** Stands for the kernel's queues of packets. */
export class FakeQueues implements PacketQueues {
  readonly #opened = new Set<number>()
  /** What is to be taken next. */
  readonly arriving: QueuedPacket[] = []
  /** The ids of the packets that went on, in their order. */
  readonly passed: number[] = []
  errno = 0

  get opened(): readonly number[] {
    return [...this.#opened]
  }

  open(queue: number): number {
    if (this.errno === 0) this.#opened.add(queue)
    return this.errno
  }

  close(queue: number): void {
    this.#opened.delete(queue)
  }

  take(): readonly QueuedPacket[] {
    return this.arriving.splice(0)
  }

  pass({ id }: QueuedPacket): void {
    this.passed.push(id)
  }
}
