import { join } from 'node:path'
import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../log.ts'
import { KeptFile } from '../kept-file.ts'
import { Netlink, protocol } from '../netlink.ts'
import type { AgentTask } from '../protocol.ts'
import { blackholeName, chainOf, latencyChainOf } from './chains.ts'
import { Delays } from './delays.ts'
import { KernelQueues, type PacketQueues } from './kernel-queues.ts'
import { type Chain, type Queueing, tableRemoved, tableReplaced } from './nftables.ts'
import type { BlackholePort, FaultKind, Latency, NetworkFault } from './requests.ts'

export interface NetworkFaultsParts {
  readonly log: Logger
  readonly clock: Clock
  readonly stateDir: string
  /** Sends a request to the kernel's nftables; its error number, 0 when it was done. */
  readonly send?: (request: Uint8Array<ArrayBuffer>) => number
  readonly queues?: PacketQueues
  /** From 0 to less than 1. */
  readonly random?: () => number
}

interface Faulty {
  readonly taskId: string
  readonly address: string
  readonly faults: readonly NetworkFault[]
}

/** A fault of a task, as it is told of or ended: one of a port is known by the port, of the others there is one each. */
export type NamedFault = BlackholePort | { readonly kind: Exclude<FaultKind, BlackholePort['kind']> }

const nameOf = (fault: NamedFault): string => (fault.kind === 'network-blackhole-port' ? blackholeName(fault) : fault.kind)
const tableOf = (taskId: string): string => `kecs-${taskId}`

/** The kernel did not do it. */
export class FaultNotMade extends Error {
  constructor(errno: number) {
    super(`the kernel refused it (errno ${errno})`)
    this.name = 'FaultNotMade'
  }
}

/** The node's kernel cannot. */
export class FaultNotPossible extends Error {
  constructor() {
    super("kecs makes no network latency here: the node's kernel hands no packets to programs (neither nft_queue nor xt_NFQUEUE).")
    this.name = 'FaultNotPossible'
  }
}

/** ENOENT: the kernel does not know an expression. */
const unknown = 2

/**
 * The network faults of the node's tasks: a table of nftables for each task that has any, in the node's own network,
 * which all that a pod sends and gets comes through. Kept in a file, since tables outlive the agent. Packets that are to
 * be late are handed to it; while no agent is there they are not late.
 *
 * Where it differs from ECS: what containers of a task send each other is not touched.
 */
export class NetworkFaults {
  readonly #log: Logger
  readonly #send: (request: Uint8Array<ArrayBuffer>) => number
  readonly #file: KeptFile<readonly Faulty[]>
  readonly #tasks = new Map<string, Faulty>()
  readonly #delays: Delays
  /** By the task's id. */
  readonly #queues = new Map<string, number>()
  #queueing: readonly Queueing[] = ['nft_queue', 'xt_NFQUEUE']

  constructor({ log, clock, stateDir, send, queues = new KernelQueues(), random = Math.random }: NetworkFaultsParts) {
    const netlink = send === undefined ? new Netlink() : undefined
    this.#log = log
    this.#send = send ?? (request => netlink?.ask(protocol.netfilter, request) ?? -1)
    this.#file = new KeptFile(join(stateDir, 'faults.json'))
    this.#delays = new Delays({ queues, clock, random })
  }

  /** Takes up what an agent before this one made. After a restart of the node the tables are gone: they are made again. */
  async open(): Promise<void> {
    for (const each of (await this.#file.read()) ?? []) {
      try {
        this.#apply(each)
      } catch (error) {
        this.#log.error({ taskId: each.taskId }, `its network faults are gone: ${messageOf(error)}`)
      }
    }
  }

  /** Lets go of packets; the faults stay for the agent that follows. */
  close(): void {
    this.#delays.stop()
  }

  isRunning({ taskId }: AgentTask, fault: NamedFault): boolean {
    return this.#tasks.get(taskId)?.faults.some(each => nameOf(each) === nameOf(fault)) ?? false
  }

  /** From now on, at `address`. Throws `FaultNotMade` or `FaultNotPossible`. */
  start({ taskId }: AgentTask, address: string, fault: NetworkFault): void {
    const faults = this.#tasks.get(taskId)?.faults ?? []
    this.#apply({ taskId, address, faults: [...faults.filter(each => nameOf(each) !== nameOf(fault)), fault] })
    this.#keep()
  }

  /** Throws `FaultNotMade`. */
  end({ taskId }: AgentTask, fault: NamedFault): void {
    const known = this.#tasks.get(taskId)
    if (known === undefined) return
    this.#apply({ ...known, faults: known.faults.filter(each => nameOf(each) !== nameOf(fault)) })
    this.#keep()
  }

  /** Ends those of tasks that are gone: another task may get the address. */
  retain(tasks: readonly AgentTask[]): void {
    const ids = new Set(tasks.map(({ taskId }) => taskId))
    const gone = [...this.#tasks.values()].filter(({ taskId }) => !ids.has(taskId))
    for (const each of gone) {
      try {
        this.#apply({ ...each, faults: [] })
      } catch (error) {
        this.#log.error({ taskId: each.taskId }, `its network faults were not ended: ${messageOf(error)}`)
      }
    }
    if (gone.length > 0) this.#keep()
  }

  /** A queue is open before packets are handed to it, and closed after. */
  #apply(faulty: Faulty): void {
    const { taskId, faults } = faulty
    const latency = faults.find(fault => fault.kind === 'network-latency')
    const before = this.#queues.get(taskId)
    if (latency !== undefined && before === undefined) this.#queues.set(taskId, this.#queueFor(latency))
    try {
      this.#makeTable(faulty)
    } catch (error) {
      if (before === undefined) this.#closeQueue(taskId)
      throw error
    }
    if (latency === undefined) this.#closeQueue(taskId)
    if (faults.length === 0) this.#tasks.delete(taskId)
    else this.#tasks.set(taskId, faulty)
  }

  #queueFor(latency: Latency): number {
    const begun = this.#delays.begin(latency)
    if ('errno' in begun) throw new FaultNotMade(begun.errno)
    return begun.queue
  }

  #closeQueue(taskId: string): void {
    const queue = this.#queues.get(taskId)
    if (queue === undefined) return
    this.#queues.delete(taskId)
    this.#delays.end(queue)
  }

  #makeTable({ taskId, address, faults }: Faulty): void {
    const table = tableOf(taskId)
    const queue = this.#queues.get(taskId) ?? 0
    const hasLatency = faults.some(({ kind }) => kind === 'network-latency')
    for (const how of this.#queueing) {
      const chains = faults.map((fault): Chain => {
        return fault.kind === 'network-latency' ? latencyChainOf(fault, address, queue, how) : chainOf(fault, address)
      })
      const errno = this.#send(chains.length === 0 ? tableRemoved(table) : tableReplaced(table, chains))
      if (errno === 0 && hasLatency) this.#queueing = [how]
      if (errno === 0) return
      if (!hasLatency || errno !== unknown) throw new FaultNotMade(errno)
    }
    throw new FaultNotPossible()
  }

  #keep(): void {
    this.#file
      .write(() => [...this.#tasks.values()])
      .catch((error: unknown) => this.#log.warn(`network faults could not be kept: ${messageOf(error)}`))
  }
}
