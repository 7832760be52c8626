import type {
  ClusterRef,
  ExecCommand,
  RunningCommand,
  Runtime,
  RuntimeNode,
  TaskObservation,
  TaskRef,
  TaskSpec,
} from '../../server/runtime/runtime.ts'

/** A runtime in front of another one that counts calls, and fails those that it is told to. */
export class FlakyRuntime implements Runtime {
  readonly kind = 'simulated'
  readonly calls: string[] = []
  /** Whether the call of this number (from 0) fails, and whether it does so before or after it took effect. */
  fails: (call: number) => 'before' | 'after' | undefined = () => undefined
  /** Told of each call before it is made. */
  onCall: (name: string) => void = () => {}
  /** Told of each question for a memo; what it throws is thrown. */
  onRecall: () => void = () => {}
  /** Whether what a task needs first is still looked up. */
  isComing: (task: TaskSpec) => boolean = () => false
  /** Whether nothing is seen, as when a watch lags behind. */
  isBlind = false
  /** Machines instead of the inner runtime's: a task is on the one that it asks for, else on the first. */
  machines: readonly RuntimeNode[] | undefined
  /** Names a task to whoever watches. */
  changed: (task: TaskRef) => void = () => {}
  readonly #placed = new Map<string, RuntimeNode>()
  readonly #inner: Runtime

  constructor(inner: Runtime) {
    this.#inner = inner
  }

  get epoch(): string {
    return this.#inner.epoch
  }

  nodes(): readonly RuntimeNode[] {
    return this.machines ?? this.#inner.nodes()
  }

  prepareCluster(cluster: ClusterRef): Promise<void> {
    return this.#call(`prepare ${cluster.namespace}`, () => this.#inner.prepareCluster(cluster))
  }

  removeCluster(cluster: ClusterRef): Promise<void> {
    return this.#call(`remove ${cluster.namespace}`, () => this.#inner.removeCluster(cluster))
  }

  async start(task: TaskSpec): Promise<'accepted' | 'coming'> {
    const machine = this.machines?.find(({ name }) => name === task.nodeName) ?? this.machines?.[0]
    if (machine !== undefined) this.#placed.set(task.taskId, machine)
    let started: 'accepted' | 'coming' = 'accepted'
    await this.#call(`start ${task.taskId}`, async () => {
      started = this.isComing(task) ? 'coming' : await this.#inner.start(task)
    })
    return started
  }

  startContainers(task: TaskRef, containers: readonly string[]): Promise<void> {
    return this.#call(`start ${containers.join()} of ${task.taskId}`, () => this.#inner.startContainers(task, containers))
  }

  stopContainers(task: TaskRef, containers: readonly string[]): Promise<void> {
    return this.#call(`stop ${containers.join()} of ${task.taskId}`, () => this.#inner.stopContainers(task, containers))
  }

  stop(task: TaskRef, options: { readonly graceSeconds: number }): Promise<void> {
    return this.#call(`stop ${task.taskId}`, () => this.#inner.stop(task, options))
  }

  release(task: TaskRef): Promise<void> {
    return this.#call(`release ${task.taskId}`, () => this.#inner.release(task))
  }

  async recall(task: TaskRef): Promise<string | undefined> {
    this.onRecall()
    return this.#inner.recall(task)
  }

  observe(task: TaskRef): TaskObservation | undefined {
    const seen = this.isBlind ? undefined : this.#inner.observe(task)
    const machine = this.#placed.get(task.taskId)
    if (seen?.node === undefined || machine === undefined) return seen
    return { ...seen, node: machine.name, ...(machine.zone === undefined ? {} : { zone: machine.zone }) }
  }

  list(): Iterable<TaskObservation> {
    return this.isBlind ? [] : this.#inner.list()
  }

  watch(onChange: (task: TaskRef) => void, signal: AbortSignal): Promise<void> {
    this.changed = onChange
    return this.#inner.watch(onChange, signal)
  }

  logs(task: TaskRef, options: { readonly container: string; readonly tail: number }): Promise<readonly string[]> {
    return this.#inner.logs(task, options)
  }

  exec(task: TaskRef, command: ExecCommand): Promise<RunningCommand> {
    return this.#inner.exec(task, command)
  }

  async #call(name: string, act: () => Promise<void>): Promise<void> {
    const failure = this.fails(this.calls.length)
    this.calls.push(name)
    this.onCall(name)
    if (failure === 'before') throw new Error(`${name} was refused`)
    await act()
    if (failure === 'after') throw new Error(`the answer to ${name} was lost`)
  }
}
