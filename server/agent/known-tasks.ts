import type { Clock } from '../../shared/clock.ts'
import type { AgentContainer, AgentEvent, AgentTask } from './protocol.ts'

export interface Found {
  readonly task: AgentTask
  readonly container: AgentContainer
}

/**
 * The tasks of the node as the control plane told of them last, and who may ask about which. A container is known by
 * the address that its pod has: what it names by id must be its own task's. Kubernetes tells a pod's address up to a
 * second after its containers began: until then the id alone, which cannot be guessed, says who calls, unless the
 * address is another task's.
 */
export class KnownTasks {
  readonly #clock: Clock
  readonly #tasks = new Map<string, AgentTask>()
  readonly #byContainer = new Map<string, string>()
  readonly #byCredentials = new Map<string, string>()
  readonly #waiting = new Set<() => void>()
  readonly #watchers = new Set<(tasks: readonly AgentTask[]) => void>()
  #isTold = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether it was ever told of all, by the control plane or by what it kept. */
  get isTold(): boolean {
    return this.#isTold
  }

  get(taskArn: string): AgentTask | undefined {
    return this.#tasks.get(taskArn)
  }

  all(): readonly AgentTask[] {
    return [...this.#tasks.values()]
  }

  /** Calls back with all tasks whenever something of one changed; the answer ends it. */
  watch(watcher: (tasks: readonly AgentTask[]) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  accept(event: AgentEvent): void {
    if (event.is === 'alive' || event.is === 'probe' || event.is === 'ended') return
    if (event.is === 'listed') {
      for (const task of this.#tasks.values()) this.#forget(task)
      for (const task of event.tasks) this.#remember(task)
      this.#isTold = true
    } else if (event.is === 'changed') this.#remember(event.task)
    else {
      const task = this.#tasks.get(event.taskArn)
      if (task !== undefined) this.#forget(task)
    }
    for (const wake of this.#waiting) wake()
    for (const watcher of this.#watchers) watcher(this.all())
  }

  /** The task and container that `id` stands for, if `caller` may ask about them. Waits for a task that is about to be told of. */
  async byContainer(id: string, caller: string, withinMs: number): Promise<Found | undefined> {
    return this.#await(withinMs, () => {
      const task = this.#tasks.get(this.#byContainer.get(id) ?? '')
      const container = task?.containers.find(each => each.id === id)
      return task === undefined || container === undefined ? undefined : { task, container }
    }).then(found => (found === undefined || !this.#mayAsk(caller, found.task) ? undefined : found))
  }

  async byCredentials(id: string, caller: string, withinMs: number): Promise<AgentTask | undefined> {
    const task = await this.#await(withinMs, () => this.#tasks.get(this.#byCredentials.get(id) ?? ''))
    return task === undefined || !this.#mayAsk(caller, task) ? undefined : task
  }

  async byAddress(caller: string, withinMs: number): Promise<AgentTask | undefined> {
    return this.#await(withinMs, () => this.#ofAddress(caller))
  }

  /** By its pod. Waits for a task that is about to be told of. */
  async byPod({ namespace, name }: AgentTask['pod'], withinMs: number): Promise<AgentTask | undefined> {
    return this.#await(withinMs, () => this.all().find(({ pod }) => pod.namespace === namespace && pod.name === name))
  }

  #mayAsk(caller: string, task: AgentTask): boolean {
    if (task.address !== undefined) return task.address === caller
    const other = this.#ofAddress(caller)
    return other === undefined || other.taskArn === task.taskArn
  }

  /** An address that a stopped task had may be another's by now. */
  #ofAddress(address: string): AgentTask | undefined {
    const having = this.all().filter(task => task.address === address)
    return having.find(({ knownStatus }) => knownStatus !== 'STOPPED') ?? having[0]
  }

  async #await<T>(withinMs: number, look: () => T | undefined): Promise<T | undefined> {
    const found = look()
    if (found !== undefined || withinMs <= 0) return found
    const deadline = this.#clock.now() + withinMs
    for (;;) {
      const leftMs = deadline - this.#clock.now()
      if (leftMs <= 0) return undefined
      await new Promise<void>(resolve => {
        const cancel = this.#clock.after(leftMs, () => done())
        const done = (): void => {
          cancel()
          this.#waiting.delete(done)
          resolve()
        }
        this.#waiting.add(done)
      })
      const seen = look()
      if (seen !== undefined) return seen
    }
  }

  #remember(task: AgentTask): void {
    this.#tasks.set(task.taskArn, task)
    if (task.credentials.id !== '') this.#byCredentials.set(task.credentials.id, task.taskArn)
    for (const { id } of task.containers) if (id !== '') this.#byContainer.set(id, task.taskArn)
  }

  #forget(task: AgentTask): void {
    this.#tasks.delete(task.taskArn)
    this.#byCredentials.delete(task.credentials.id)
    for (const { id } of task.containers) this.#byContainer.delete(id)
  }
}
