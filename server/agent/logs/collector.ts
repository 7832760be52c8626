import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../log.ts'
import { KeptFile } from '../kept-file.ts'
import type { KnownTasks } from '../known-tasks.ts'
import type { AgentContainer, AgentTask } from '../protocol.ts'
import type { Position } from './container-log.ts'
import type { LogStreams } from './log-streams.ts'
import { Shipper } from './shipper.ts'

export interface CollectorParts {
  readonly tasks: KnownTasks
  readonly streams: LogStreams
  readonly clock: Clock
  readonly log: Logger
  readonly podLogsDir: string
  readonly stateDir: string
  readonly runtimeId: (task: AgentTask, container: AgentContainer) => Promise<string | undefined>
  /** Tells the control plane that all that these tasks wrote is delivered. */
  readonly drained: (taskArns: readonly string[]) => Promise<void>
}

/** How long what a task wrote is still tried to be delivered after its pod is gone; its files stay open. Milliseconds. */
const afterGoneMs = 300_000
/** How old what was read of the kubelet's folder may be. Milliseconds. */
const foldersMs = 100
/** Between attempts to tell the control plane. Milliseconds. */
const tellAgainMs = 500

interface Shipping {
  readonly taskArn: string
  readonly shipper: Shipper
  readonly hasEnded: () => boolean
  readonly abort: AbortController
  isDone: boolean
  /** Its pod was let go. */
  isGone?: boolean
}

/** Delivers what the containers of the node write whose log driver is awslogs. */
export class Collector {
  readonly #parts: CollectorParts
  /** By pod and container. */
  readonly #shippings = new Map<string, Shipping>()
  readonly #told = new Set<string>()
  readonly #running = new Set<Promise<void>>()
  #folders: Promise<readonly string[]> = Promise.resolve([])
  #foldersAt = -Infinity
  #isTelling = false
  #isStopped = false

  constructor(parts: CollectorParts) {
    this.#parts = parts
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
    for (const arn of this.#told) if (!known.has(arn)) this.#told.delete(arn)
    void this.#tell()
  }

  /** The control plane told all anew: it may have forgotten what it was told. */
  async relisted(): Promise<void> {
    this.#told.clear()
    this.look()
    await this.#forgetOthers()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { abort } of this.#shippings.values()) abort.abort()
    await Promise.all(this.#running)
  }

  #begin(task: AgentTask, container: AgentContainer): void {
    const { awslogs } = container
    const key = `${task.pod.name}.${container.podName}`
    if (awslogs === undefined || this.#shippings.has(key)) return
    const { streams, clock, log } = this.#parts
    const file = new KeptFile<Position>(join(this.#folder, `${key}.json`))
    const stream = { awslogs, account: task.account, runtimeId: () => this.#parts.runtimeId(task, container) }
    const hasEnded = () => this.#hasEnded(task, container)
    const shipper = new Shipper({
      clock,
      eventStart: awslogs.eventStart,
      folder: () => this.#logFolder(task, container),
      isEnded: hasEnded,
      from: () => file.read(),
      put: (events, signal) => streams.put(stream, events, signal),
      keep: position => file.write(() => position),
    })
    const shipping: Shipping = { taskArn: task.taskArn, shipper, hasEnded, abort: new AbortController(), isDone: false }
    this.#shippings.set(key, shipping)
    const running = shipper
      .run(shipping.abort.signal)
      .catch((error: unknown) => {
        if (shipping.abort.signal.aborted) return
        log.error({ taskArn: task.taskArn, container: container.name, err: error }, `its log is not delivered: ${messageOf(error)}`)
      })
      .then(() => {
        this.#running.delete(running)
        shipping.isDone = true
        if (this.#parts.tasks.get(task.taskArn) === undefined) this.#forget(key)
        void this.#tell()
      })
    this.#running.add(running)
  }

  get #folder(): string {
    return join(this.#parts.stateDir, 'logs')
  }

  /** One that is gone has ended; so has one that never began in a task that is over. */
  #hasEnded(task: AgentTask, { name }: AgentContainer): boolean {
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

  /** Tells of tasks all of whose containers ended and have their logs delivered; again until it is taken. */
  async #tell(): Promise<void> {
    if (this.#isTelling) return
    this.#isTelling = true
    try {
      for (;;) {
        const done = this.#drained()
        if (done.length === 0 || this.#isStopped) return
        try {
          await this.#parts.drained(done)
          for (const arn of done) this.#told.add(arn)
        } catch (error) {
          this.#parts.log.debug(`whose logs are delivered could not be told: ${messageOf(error)}`)
          await new Promise<void>(resolve => this.#parts.clock.after(tellAgainMs, resolve))
        }
      }
    } finally {
      this.#isTelling = false
    }
  }

  #drained(): readonly string[] {
    const waiting = new Set([...this.#shippings.values()].filter(({ isDone }) => !isDone).map(({ taskArn }) => taskArn))
    return this.#parts.tasks
      .all()
      .filter(({ taskArn, containers }) => containers.some(({ awslogs }) => awslogs !== undefined) && !waiting.has(taskArn))
      .map(({ taskArn }) => taskArn)
      .filter(taskArn => !this.#told.has(taskArn))
  }
}
