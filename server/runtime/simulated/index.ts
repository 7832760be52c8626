import { availableParallelism, totalmem } from 'node:os'
import type { Clock } from '../../../shared/clock.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { ProbeOutcome } from '../../probing/prober.ts'
import {
  ExecRefused,
  type ClusterRef,
  type ExecCommand,
  type RunningCommand,
  type Runtime,
  type RuntimeNode,
  type TaskObservation,
  type TaskRef,
  type TaskSpec,
} from '../runtime.ts'
import { simulatedNode, SimulatedTask, type Timings } from './task.ts'

export interface SimulatedRuntimeParts {
  readonly clock: Clock
  readonly ids: Ids
  readonly timings?: Timings
}

const defaultTimings: Timings = { placing: 10, pulling: 40 }

/**
 * A runtime without containers: each is a state machine on the clock that honours simple commands and what docker
 * labels ask for (docs/simulated.md). Tasks end with the process: its epoch is new with each.
 */
export class SimulatedRuntime implements Runtime {
  readonly kind = 'simulated'
  readonly epoch: string
  readonly #parts: SimulatedRuntimeParts
  readonly #tasks = new Map<string, SimulatedTask>()
  readonly #startedAt: number
  #addresses = 0
  #onChange: (task: TaskRef) => void = () => {}

  constructor(parts: SimulatedRuntimeParts) {
    this.#parts = parts
    this.epoch = parts.ids.uuid()
    this.#startedAt = parts.clock.now()
  }

  /** One, as large as the machine; its name stays, so that what was said of it does too. */
  nodes(): readonly RuntimeNode[] {
    const cpuArchitecture = process.arch === 'arm64' ? 'arm64' : 'x86_64'
    return [
      {
        name: simulatedNode.name,
        cpu: availableParallelism() * 1024,
        memory: Math.floor(totalmem() / 2 ** 20),
        cpuArchitecture,
        labels: { 'kubernetes.io/hostname': simulatedNode.name, 'kubernetes.io/os': 'linux' },
        isReady: true,
        address: simulatedNode.address,
        createdAt: this.#startedAt,
      },
    ]
  }

  async prepareCluster(_cluster: ClusterRef): Promise<void> {}

  async removeCluster({ namespace }: ClusterRef): Promise<void> {
    const left = [...this.#tasks.values()].filter(({ ref }) => ref.namespace === namespace)
    await Promise.all(left.map(({ ref }) => this.release(ref)))
  }

  async start(spec: TaskSpec): Promise<'accepted'> {
    if (this.#tasks.has(spec.taskId)) return 'accepted'
    const task = new SimulatedTask(spec, {
      clock: this.#parts.clock,
      timings: this.#parts.timings ?? defaultTimings,
      address: this.#nextAddress(),
      onChange: ref => this.#onChange(ref),
    })
    this.#tasks.set(spec.taskId, task)
    task.start()
    return 'accepted'
  }

  async startContainers({ taskId }: TaskRef, containers: readonly string[]): Promise<void> {
    this.#tasks.get(taskId)?.startContainers(containers)
  }

  async stopContainers({ taskId }: TaskRef, containers: readonly string[]): Promise<void> {
    this.#tasks.get(taskId)?.stopContainers(containers)
  }

  async stop({ taskId }: TaskRef, { graceSeconds }: { readonly graceSeconds: number }): Promise<void> {
    this.#tasks.get(taskId)?.stop(graceSeconds)
  }

  async release({ taskId }: TaskRef): Promise<void> {
    const task = this.#tasks.get(taskId)
    if (task === undefined) return
    this.#tasks.delete(taskId)
    await task.dispose()
    this.#onChange(task.ref)
  }

  async recall({ taskId }: TaskRef): Promise<string | undefined> {
    return this.#tasks.get(taskId)?.memo
  }

  observe({ taskId }: TaskRef): TaskObservation | undefined {
    return this.#tasks.get(taskId)?.observe()
  }

  *list(): Iterable<TaskObservation> {
    for (const task of this.#tasks.values()) yield task.observe()
  }

  async watch(onChange: (task: TaskRef) => void, signal: AbortSignal): Promise<void> {
    this.#onChange = onChange
    signal.addEventListener('abort', () => (this.#onChange = () => {}), { once: true })
  }

  /** What is answered at an address and port: by the task that has them. Where nobody has them, nobody answers. */
  answer(host: string, port: number): ProbeOutcome {
    for (const task of this.#tasks.values()) {
      const answer = task.answer(host, port)
      if (answer !== undefined) return answer
    }
    return { is: 'timedOut' }
  }

  async logs({ taskId }: TaskRef, { container, tail }: { readonly container: string; readonly tail: number }): Promise<readonly string[]> {
    return this.#tasks.get(taskId)?.logs(container).slice(-tail) ?? []
  }

  async exec({ taskId }: TaskRef, command: ExecCommand): Promise<RunningCommand> {
    const task = this.#tasks.get(taskId)
    if (task === undefined) throw new ExecRefused('The task does not run.')
    return task.exec(command)
  }

  /** Ends every task at once, as the end of the process would. */
  async close(): Promise<void> {
    const tasks = [...this.#tasks.values()]
    this.#tasks.clear()
    await Promise.all(tasks.map(task => task.dispose()))
  }

  /** 10.0.1.0 and up; nothing has them, they only look like a task's own. */
  #nextAddress(): string {
    const number = 256 + (this.#addresses++ % 16_000_000)
    return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
  }
}
