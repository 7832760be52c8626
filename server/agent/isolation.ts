import { createSocket } from 'node:dgram'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { pause } from '../../shared/pause.ts'
import type { Logger } from '../log.ts'
import { KeptFile } from './kept-file.ts'
import type { KnownTasks } from './known-tasks.ts'
import { Telling } from './logs/telling.ts'
import { flag, Netlink, netlinkMessage, protocol } from './netlink.ts'
import type { AgentTask } from './protocol.ts'
import type { Interfaces } from './stats/interfaces.ts'

export interface IsolationParts {
  readonly tasks: KnownTasks
  readonly interfaces: Pick<Interfaces, 'nameOf'>
  readonly sysNetDir: string
  readonly stateDir: string
  readonly clock: Clock
  readonly log: Logger
  /** Tells the control plane that these tasks have no network. */
  readonly isolated: (taskArns: readonly string[]) => Promise<void>
  /** Takes a network interface away, by its index; the kernel's error number. */
  readonly remove?: (index: number) => number
}

/** Between looks for a pod's interface that is not found yet. Milliseconds. */
const lookAgainMs = 200
const deleteLink = 17

/**
 * Tasks without a network: a pod always gets one, and before its containers begin the agent takes the pod's interface
 * away by the end that the node has of it. What is left is the loopback interface, as with Docker's network `none`.
 */
export class Isolation {
  readonly #parts: IsolationParts
  readonly #remove: (index: number) => number
  readonly #file: KeptFile<readonly string[]>
  /** By the tasks' ARNs. */
  readonly #done = new Set<string>()
  readonly #underWay = new Set<string>()
  readonly #telling: Telling
  #isStopped = false

  constructor(parts: IsolationParts) {
    const netlink = parts.remove === undefined ? new Netlink() : undefined
    this.#parts = parts
    this.#remove = parts.remove ?? (index => netlink?.ask(protocol.route, linkDeletion(index)) ?? -1)
    this.#file = new KeptFile(join(parts.stateDir, 'isolated.json'))
    this.#telling = new Telling({ ...parts, tell: parts.isolated, done: () => [...this.#done], isStopped: () => this.#isStopped })
  }

  /** Takes up what an agent before this one did: of an interface that is gone nothing tells that it was there. */
  async open(): Promise<void> {
    for (const arn of (await this.#file.read()) ?? []) this.#done.add(arn)
  }

  look(): void {
    const known = new Set<string>()
    for (const task of this.#parts.tasks.all()) {
      known.add(task.taskArn)
      if (task.isIsolated === true && !this.#done.has(task.taskArn)) void this.#isolate(task)
    }
    const gone = [...this.#done].filter(arn => !known.has(arn))
    for (const arn of gone) this.#done.delete(arn)
    if (gone.length > 0) this.#keep()
    this.#telling.retain(known)
    void this.#telling.look()
  }

  /** The control plane told all anew: it may have forgotten what it was told. */
  relisted(): void {
    this.#telling.forgotten()
    this.look()
  }

  stop(): void {
    this.#isStopped = true
  }

  async #isolate({ taskArn, address }: AgentTask): Promise<void> {
    if (address === undefined || this.#underWay.has(taskArn)) return
    this.#underWay.add(taskArn)
    try {
      for (let isFirst = true; !this.#isStopped && this.#parts.tasks.get(taskArn) !== undefined; isFirst = false) {
        const problem = await this.#tryOnce(address)
        if (problem === undefined) break
        if (isFirst) this.#parts.log.debug({ taskArn, address }, `its network is not taken away yet: ${problem}`)
        await pause(this.#parts.clock, lookAgainMs)
      }
      if (this.#isStopped || this.#parts.tasks.get(taskArn) === undefined) return
      this.#done.add(taskArn)
      this.#keep()
      void this.#telling.look()
    } catch (error) {
      this.#parts.log.error({ taskArn, err: error }, `its network was not taken away: ${messageOf(error)}`)
    } finally {
      this.#underWay.delete(taskArn)
    }
  }

  /** Undefined when it is done, else why not. */
  async #tryOnce(address: string): Promise<string | undefined> {
    const name = await this.#parts.interfaces.nameOf(address)
    if (name === undefined) {
      // Behind a bridge an address is known once something was sent there.
      await provoke(address)
      return 'its interface is not found'
    }
    const index = await podsEnd(this.#parts.sysNetDir, name)
    if (index === undefined) return `${name} is not a pod's`
    const errno = this.#remove(index)
    return errno === 0 ? undefined : `the kernel refused it (errno ${errno})`
  }

  #keep(): void {
    this.#file
      .write(() => [...this.#done])
      .catch((error: unknown) => this.#parts.log.warn(`whose networks were taken away could not be kept: ${messageOf(error)}`))
  }
}

/** The index of an interface whose other end is in another network than the node's; undefined for any other. */
const podsEnd = async (sysNetDir: string, name: string): Promise<number | undefined> => {
  const numberIn = async (of: string, file: string): Promise<number> =>
    Number(await readFile(join(sysNetDir, of, file), 'utf8').catch(() => Number.NaN))
  const [index, peer] = await Promise.all([numberIn(name, 'ifindex'), numberIn(name, 'iflink')])
  if (!Number.isInteger(index) || !Number.isInteger(peer) || peer === 0 || peer === index) return undefined
  for (const other of await readdir(sysNetDir)) {
    if ((await numberIn(other, 'ifindex')) === peer && (await numberIn(other, 'iflink')) === index) return undefined
  }
  return index
}

/** A packet that nobody waits for. */
const provoke = (address: string): Promise<void> =>
  new Promise(resolve => {
    const socket = createSocket('udp4')
    const done = (): void => {
      socket.close()
      resolve()
    }
    socket.on('error', done)
    socket.send(new Uint8Array(1), 9, address, done)
  })

/** ifinfomsg: family, type, index, flags, change. */
const linkDeletion = (index: number): Uint8Array<ArrayBuffer> => {
  const content = new Uint8Array(16)
  new DataView(content.buffer).setInt32(4, index, true)
  return netlinkMessage(deleteLink, flag.acknowledge, content)
}
