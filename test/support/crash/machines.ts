import type {
  ClusterRef,
  ExecCommand,
  RunningCommand,
  Runtime,
  RuntimeNode,
  TaskObservation,
  TaskRef,
  TaskSpec,
} from '../../../server/runtime/runtime.ts'
import type { CrashDisk } from './disk.ts'
import { type Fate, type Trouble, never } from './fate.ts'

interface Outside {
  readonly starts: Map<string, number>
  readonly disk: CrashDisk
  readonly trouble: Trouble
}

/** The runtime's world as one life of the control plane reaches it; the world itself outlives it. */
export class CrashRuntime implements Runtime {
  readonly kind = 'simulated'
  readonly #inner: Runtime
  readonly #fate: Fate
  readonly #trouble: Trouble
  readonly #starts: Map<string, number>
  readonly #disk: CrashDisk

  /** `starts` counts by task id how often a task was truly started, in all lives. */
  constructor(inner: Runtime, fate: Fate, { starts, disk, trouble }: Outside) {
    this.#inner = inner
    this.#fate = fate
    this.#trouble = trouble
    this.#starts = starts
    this.#disk = disk
  }

  get epoch(): string {
    return this.#inner.epoch
  }

  nodes(): readonly RuntimeNode[] {
    return this.#inner.nodes()
  }

  prepareCluster(cluster: ClusterRef): Promise<void> {
    return this.#call(() => this.#inner.prepareCluster(cluster))
  }

  removeCluster(cluster: ClusterRef): Promise<void> {
    return this.#call(() => this.#inner.removeCluster(cluster))
  }

  async start(task: TaskSpec): Promise<'accepted' | 'coming'> {
    let started: 'accepted' | 'coming' = 'accepted'
    await this.#call(async () => {
      const isNew = this.#inner.observe(task) === undefined
      if (isNew) this.#starts.set(task.taskId, (this.#starts.get(task.taskId) ?? 0) + 1)
      // Else a crash now would leave a task that nobody asked for.
      if (this.#statusOnDisk(task) === undefined) this.#disk.offences.push(`${task.taskArn} is started and not on disk`)
      started = await this.#inner.start(task)
    })
    return started
  }

  startContainers(task: TaskRef, containers: readonly string[]): Promise<void> {
    return this.#call(() => this.#inner.startContainers(task, containers))
  }

  stopContainers(task: TaskRef, containers: readonly string[]): Promise<void> {
    return this.#call(() => this.#inner.stopContainers(task, containers))
  }

  stop(task: TaskRef, options: { readonly graceSeconds: number }): Promise<void> {
    return this.#call(() => this.#inner.stop(task, options))
  }

  recall(task: TaskRef): Promise<string | undefined> {
    return this.#inner.recall(task)
  }

  release(task: TaskRef): Promise<void> {
    return this.#call(() => {
      const status = this.#statusOnDisk(task) ?? 'STOPPED'
      if (status !== 'STOPPED') this.#disk.offences.push(`${task.taskArn} is let go of, and ${status} on disk`)
      return this.#inner.release(task)
    })
  }

  observe(task: TaskRef): TaskObservation | undefined {
    return this.#inner.observe(task)
  }

  list(): Iterable<TaskObservation> {
    return this.#inner.list()
  }

  watch(onChange: (task: TaskRef) => void, signal: AbortSignal): Promise<void> {
    return this.#call(() => this.#inner.watch(task => void (this.#fate.isDead || onChange(task)), signal))
  }

  logs(task: TaskRef, options: { readonly container: string; readonly tail: number }): Promise<readonly string[]> {
    return this.#inner.logs(task, options)
  }

  exec(task: TaskRef, command: ExecCommand): Promise<RunningCommand> {
    return this.#inner.exec(task, command)
  }

  #statusOnDisk({ taskArn }: TaskRef): string | undefined {
    const body = this.#disk.body('ecs_tasks', taskArn)
    if (body === undefined) return undefined
    const { task }: { readonly task: { readonly lastStatus: string } } = JSON.parse(body)
    return task.lastStatus
  }

  async #call(act: () => Promise<void>): Promise<void> {
    if (this.#fate.ends('before a call of the runtime')) return never()
    await this.#trouble.through(0.03, act)
    return this.#fate.ends('after a call of the runtime') ? never() : undefined
  }
}
