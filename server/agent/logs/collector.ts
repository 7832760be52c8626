import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../log.ts'
import { dockerName } from '../docker-name.ts'
import { KeptFile } from '../kept-file.ts'
import type { KnownTasks } from '../known-tasks.ts'
import type { AgentContainer, AgentTask } from '../protocol.ts'
import { Assembler } from './assembler.ts'
import { batchesOf } from './batches.ts'
import type { Position } from './container-log.ts'
import { Interruption } from './interruption.ts'
import { ForwardRecords, recordBatchesOf } from './forward-records.ts'
import type { LogStreams } from './log-streams.ts'
import type { Routers } from './routers.ts'
import { Shipper, type ShipperParts } from './shipper.ts'
import { Telling } from './telling.ts'

export interface CollectorParts {
  readonly tasks: KnownTasks
  /** Undefined where there is no backend: no task has a container with the log driver awslogs then. */
  readonly streams: LogStreams | undefined
  readonly routers: Routers
  readonly clock: Clock
  readonly log: Logger
  readonly podLogsDir: string
  readonly stateDir: string
  readonly runtimeId: (task: AgentTask, container: AgentContainer) => Promise<string | undefined>
  /** Tells the control plane that all that these tasks wrote is delivered. */
  readonly drained: (taskArns: readonly string[]) => Promise<void>
  /** Tells the control plane that the log routers of these tasks have all that other containers wrote. */
  readonly routed: (taskArns: readonly string[]) => Promise<void>
}

/** How long what a task wrote is still tried to be delivered after its pod is gone; its files stay open. Milliseconds. */
const afterGoneMs = 300_000
/** How old what was read of the kubelet's folder may be. Milliseconds. */
const foldersMs = 100

interface Shipping {
  readonly taskArn: string
  /** To CloudWatch Logs, or to the task's log router. */
  readonly to: 'streams' | 'router'
  readonly shipper: Pick<Shipper<unknown>, 'run' | 'wake'>
  readonly hasEnded: () => boolean
  readonly abort: AbortController
  isDone: boolean
  /** Its pod was let go. */
  isGone?: boolean
}

/** Delivers what the containers of the node write whose log driver is awslogs or awsfirelens. */
export class Collector {
  readonly #parts: CollectorParts
  /** By pod and container. */
  readonly #shippings = new Map<string, Shipping>()
  readonly #drained: Telling
  readonly #routed: Telling
  readonly #running = new Set<Promise<void>>()
  #folders: Promise<readonly string[]> = Promise.resolve([])
  #foldersAt = -Infinity
  #isStopped = false

  constructor(parts: CollectorParts) {
    this.#parts = parts
    const telling = (to: Shipping['to'], tell: CollectorParts['drained']) =>
      new Telling({ ...parts, tell, done: () => this.#delivered(to), isStopped: () => this.#isStopped })
    this.#drained = telling('streams', parts.drained)
    this.#routed = telling('router', parts.routed)
  }

  /** Looks at the tasks as they are now. */
  look(): void {
    if (this.#isStopped) return
    const { tasks } = this.#parts
    const known = new Set<string>()
    for (const task of tasks.all()) {
      known.add(task.taskArn)
      for (const container of task.containers) this.#begin(task, container)
    }
    for (const shipping of this.#shippings.values()) {
      if (!shipping.isDone && shipping.hasEnded()) shipping.shipper.wake()
      if (!known.has(shipping.taskArn)) this.#endSoon(shipping)
    }
    this.#drained.retain(known)
    this.#routed.retain(known)
    this.#tell()
  }

  /** The control plane told all anew: it may have forgotten what it was told. */
  async relisted(): Promise<void> {
    this.#drained.forgotten()
    this.#routed.forgotten()
    this.look()
    await this.#parts.routers.retain(new Set(this.#parts.tasks.all().map(({ taskId }) => taskId)))
    await this.#forgetOthers()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { abort } of this.#shippings.values()) abort.abort()
    await Promise.all(this.#running)
  }

  #begin(task: AgentTask, container: AgentContainer): void {
    const key = `${task.pod.name}.${container.podName}`
    if (this.#shippings.has(key)) return
    const { log } = this.#parts
    const delivery = this.#deliveryOf(task, container, key)
    if (delivery === undefined) return
    const shipping: Shipping = { ...delivery, taskArn: task.taskArn, abort: new AbortController(), isDone: false }
    this.#shippings.set(key, shipping)
    const running = shipping.shipper
      .run(shipping.abort.signal)
      .then(delivery.end)
      .catch((error: unknown) => {
        if (shipping.abort.signal.aborted) return
        log.error({ taskArn: task.taskArn, container: container.name, err: error }, `its log is not delivered: ${messageOf(error)}`)
      })
      .then(() => {
        this.#running.delete(running)
        shipping.isDone = true
        if (this.#parts.tasks.get(task.taskArn) === undefined) this.#forget(key)
        this.#tell()
      })
    this.#running.add(running)
  }

  #deliveryOf(
    task: AgentTask,
    container: AgentContainer,
    key: string,
  ): (Pick<Shipping, 'to' | 'shipper' | 'hasEnded'> & { readonly end: () => Promise<void> }) | undefined {
    const { streams, routers, clock, log } = this.#parts
    const { awslogs, routed } = container
    const file = new KeptFile<Position>(join(this.#folder, `${key}.json`))
    const hasEnded = () => this.#hasEnded(task, container.name)
    const runtimeId = () => this.#parts.runtimeId(task, container)
    const common = {
      clock,
      folder: () => this.#logFolder(task, container),
      isEnded: hasEnded,
      from: () => file.read(),
      keep: (position: Position) => file.write(() => position),
    } satisfies Partial<ShipperParts<unknown>>
    if (routed !== undefined) {
      const nameOf = (id: string) => dockerName(task, container, id)
      const isRouterOver = () => this.#hasEnded(task, routed.router)
      const { put, close } = routers.deliverer({ taskId: task.taskId, tag: routed.tag, nameOf, runtimeId, isRouterOver })
      const shipper = new Shipper({ ...common, gather: from => new ForwardRecords(from), batchesOf: recordBatchesOf, put })
      return { to: 'router', shipper, hasEnded, end: close }
    }
    if (awslogs === undefined || streams === undefined) return undefined
    const stream = { awslogs, account: task.account, runtimeId }
    const shipper = new Shipper({
      ...common,
      gather: from => new Assembler(awslogs.eventStart, from),
      batchesOf,
      put: (events, signal) => streams.put(stream, events, signal),
      ...(awslogs.bufferBytes !== undefined && { interruption: new Interruption(awslogs.bufferBytes) }),
      lost: lines => log.warn({ taskArn: task.taskArn, container: container.name, lines }, 'log lines did not fit the buffer and are lost'),
    })
    return { to: 'streams', shipper, hasEnded, end: async () => {} }
  }

  get #folder(): string {
    return join(this.#parts.stateDir, 'logs')
  }

  /** One that is gone has ended; so has one that never began in a task that is over. */
  #hasEnded(task: AgentTask, name: string): boolean {
    const known = this.#parts.tasks.get(task.taskArn)
    return (
      known === undefined || known.knownStatus === 'STOPPED' || known.containers.find(each => each.name === name)?.knownStatus === 'STOPPED'
    )
  }

  /** The kubelet names it with the pod's uid behind; the pod's name has the task's id in it. */
  async #logFolder({ pod }: AgentTask, { podName }: AgentContainer): Promise<string | undefined> {
    const folders = await this.#podFolders()
    const folder = folders.find(name => name.startsWith(`${pod.namespace}_${pod.name}_`))
    return folder === undefined ? undefined : join(this.#parts.podLogsDir, folder, podName)
  }

  /** Those that wait for a folder ask at about the same time. */
  async #podFolders(): Promise<readonly string[]> {
    const { clock, podLogsDir } = this.#parts
    if (clock.now() - this.#foldersAt >= foldersMs) {
      this.#foldersAt = clock.now()
      this.#folders = readdir(podLogsDir).catch(() => [])
    }
    return this.#folders
  }

  #endSoon(shipping: Shipping): void {
    if (shipping.isGone === true) return
    shipping.isGone = true
    if (shipping.to === 'router') void this.#parts.routers.forget(shipping.taskArn.slice(shipping.taskArn.lastIndexOf('/') + 1))
    for (const [key, each] of this.#shippings) if (each === shipping && each.isDone) this.#forget(key)
    this.#parts.clock.after(afterGoneMs, () => shipping.abort.abort())
  }

  #forget(key: string): void {
    this.#shippings.delete(key)
    void rm(join(this.#folder, `${key}.json`), { force: true })
  }

  /** Positions of pods that are gone: their agent was away when they went. */
  async #forgetOthers(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [])
    const others = names.filter(name => !this.#shippings.has(name.replace(/\.json$/, '')))
    await Promise.all(others.map(name => rm(join(this.#folder, name), { force: true })))
  }

  #tell(): void {
    void this.#drained.look()
    void this.#routed.look()
  }

  /** Tasks all of whose containers that write there ended, with all that they wrote delivered. */
  #delivered(to: Shipping['to']): readonly string[] {
    const writes = ({ awslogs, routed }: AgentContainer): boolean => (to === 'router' ? routed : awslogs) !== undefined
    const waiting = new Set([...this.#shippings.values()].filter(each => each.to === to && !each.isDone).map(({ taskArn }) => taskArn))
    return this.#parts.tasks
      .all()
      .filter(({ taskArn, containers }) => containers.some(writes) && !waiting.has(taskArn))
      .map(({ taskArn }) => taskArn)
  }
}
