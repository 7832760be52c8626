import { join } from 'node:path'
import { messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../log.ts'
import { KeptFile } from '../kept-file.ts'
import { Netlink, protocol } from '../netlink.ts'
import type { AgentTask } from '../protocol.ts'
import { blackholeName, chainOf } from './chains.ts'
import { tableRemoved, tableReplaced } from './nftables.ts'
import type { BlackholePort, PacketLoss } from './requests.ts'

export type MadeFault = BlackholePort | PacketLoss

export interface NetworkFaultsParts {
  readonly log: Logger
  readonly stateDir: string
  /** Sends a request to the kernel's nftables; its error number, 0 when it was done. */
  readonly send?: (request: Uint8Array<ArrayBuffer>) => number
}

interface Faulty {
  readonly taskId: string
  readonly address: string
  readonly faults: readonly MadeFault[]
}

const nameOf = (fault: MadeFault): string => (fault.kind === 'network-packet-loss' ? fault.kind : blackholeName(fault))
const tableOf = (taskId: string): string => `kecs-${taskId}`

/** The kernel did not do it. */
export class FaultNotMade extends Error {
  constructor(errno: number) {
    super(`nftables refused it (errno ${errno})`)
    this.name = 'FaultNotMade'
  }
}

/**
 * The network faults of the node's tasks: a table of nftables for each task that has any, in the node's own network,
 * which all that a pod sends and gets comes through. Kept in a file, since tables outlive the agent.
 *
 * Where it differs from ECS: what containers of a task send each other is not touched.
 */
export class NetworkFaults {
  readonly #log: Logger
  readonly #send: (request: Uint8Array<ArrayBuffer>) => number
  readonly #file: KeptFile<readonly Faulty[]>
  readonly #tasks = new Map<string, Faulty>()

  constructor({ log, stateDir, send }: NetworkFaultsParts) {
    const netlink = send === undefined ? new Netlink() : undefined
    this.#log = log
    this.#send = send ?? (request => netlink?.ask(protocol.netfilter, request) ?? -1)
    this.#file = new KeptFile(join(stateDir, 'faults.json'))
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

  isRunning({ taskId }: AgentTask, fault: Pick<PacketLoss, 'kind'> | BlackholePort): boolean {
    const name = fault.kind === 'network-packet-loss' ? fault.kind : blackholeName(fault)
    return this.#tasks.get(taskId)?.faults.some(each => nameOf(each) === name) ?? false
  }

  /** From now on, at `address`. Throws `FaultNotMade`. */
  start({ taskId }: AgentTask, address: string, fault: MadeFault): void {
    const faults = this.#tasks.get(taskId)?.faults ?? []
    this.#apply({ taskId, address, faults: [...faults.filter(each => nameOf(each) !== nameOf(fault)), fault] })
    this.#keep()
  }

  /** Throws `FaultNotMade`. */
  stop({ taskId }: AgentTask, fault: Pick<PacketLoss, 'kind'> | BlackholePort): void {
    const known = this.#tasks.get(taskId)
    if (known === undefined) return
    const name = fault.kind === 'network-packet-loss' ? fault.kind : blackholeName(fault)
    this.#apply({ ...known, faults: known.faults.filter(each => nameOf(each) !== name) })
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

  #apply(faulty: Faulty): void {
    const { taskId, address, faults } = faulty
    const table = tableOf(taskId)
    const chains = faults.map(fault => chainOf(fault, address))
    const errno = this.#send(chains.length === 0 ? tableRemoved(table) : tableReplaced(table, chains))
    if (errno !== 0) throw new FaultNotMade(errno)
    if (faults.length === 0) this.#tasks.delete(taskId)
    else this.#tasks.set(taskId, faulty)
  }

  #keep(): void {
    this.#file
      .write(() => [...this.#tasks.values()])
      .catch((error: unknown) => this.#log.warn(`network faults could not be kept: ${messageOf(error)}`))
  }
}
