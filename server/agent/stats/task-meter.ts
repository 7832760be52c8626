import type { Clock } from '../../../shared/clock.ts'
import type { AgentContainer, AgentTask, TaskUse } from '../protocol.ts'
import type { Usage } from './cgroups.ts'

export interface TaskMeterParts {
  readonly usageOf: (runtimeId: string) => Promise<Usage | undefined>
  readonly clock: Clock
  readonly runtimeId: (task: AgentTask, container: AgentContainer) => string | undefined
}

interface Seen {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Nanoseconds. */
  readonly cpu: number
}

/** Nanoseconds of a processor in a millisecond, and CPU units of one. */
const nanosecondsPerMs = 1e6
const unitsPerProcessor = 1024

/** What tasks use, from one look to the next. */
export class TaskMeter {
  readonly #parts: TaskMeterParts
  #seen: ReadonlyMap<string, Seen> = new Map()

  constructor(parts: TaskMeterParts) {
    this.#parts = parts
  }

  /** Of each task of which two looks are in. Containers that do not run count for nothing. */
  async read(tasks: readonly AgentTask[]): Promise<readonly TaskUse[]> {
    const seen = new Map<string, Seen>()
    const used = await Promise.all(tasks.map(task => this.#ofTask(task, seen)))
    this.#seen = seen
    return used.flatMap(each => each ?? [])
  }

  async #ofTask(task: AgentTask, seen: Map<string, Seen>): Promise<TaskUse | undefined> {
    const { clock, usageOf, runtimeId } = this.#parts
    const rates: { readonly cpu: number | undefined; readonly memory: number }[] = []
    for (const container of task.containers) {
      const id = container.runtimeId ?? runtimeId(task, container)
      const usage = id === undefined ? undefined : await usageOf(id)
      if (id === undefined || usage === undefined) continue
      const now = { at: clock.now(), cpu: usage.cpu.total }
      seen.set(id, now)
      rates.push({ cpu: rateOf(this.#seen.get(id), now), memory: workingSetOf(usage) })
    }
    if (rates.length === 0 || rates.some(({ cpu }) => cpu === undefined)) return undefined
    return {
      taskArn: task.taskArn,
      cpu: rates.reduce((sum, { cpu = 0 }) => sum + cpu, 0),
      memory: rates.reduce((sum, { memory }) => sum + memory, 0),
    }
  }
}

/** CPU units. */
const rateOf = (before: Seen | undefined, now: Seen): number | undefined =>
  before === undefined || before.at >= now.at
    ? undefined
    : (Math.max(0, now.cpu - before.cpu) / ((now.at - before.at) * nanosecondsPerMs)) * unitsPerProcessor

/** MiB: without the page cache that the kernel would give up first, as the kubelet and Docker's client have it. */
const workingSetOf = ({ memory: { usage, stats } }: Usage): number =>
  Math.max(0, usage - (stats['inactive_file'] ?? stats['total_inactive_file'] ?? 0)) / 1024 ** 2
