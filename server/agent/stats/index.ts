import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../shared/clock.ts'
import { pause } from '../../../shared/pause.ts'
import { toldRuntimeId } from '../../domain/runtime-id.ts'
import { dockerName } from '../docker-name.ts'
import type { AgentContainer, AgentTask } from '../protocol.ts'
import { Cgroups } from './cgroups.ts'
import { type DockerStats, dockerStats, type Sample } from './docker-stats.ts'
import { Interfaces } from './interfaces.ts'

export interface TaskStatsParts {
  readonly cgroupDir: string
  readonly procDir: string
  readonly sysNetDir: string
  readonly clock: Clock
  readonly runtimeId: (task: AgentTask, container: AgentContainer) => string | undefined
}

/** Rates are between two looks; where there was none lately, it looks twice. Milliseconds. */
const shortestMs = 100
const longestMs = 15_000

/** What containers use of the machine, looked at when it is asked for. */
export class TaskStats {
  readonly #parts: TaskStatsParts
  readonly #cgroups: Cgroups
  readonly #interfaces: Interfaces
  readonly #samples = new Map<string, Sample>()

  constructor(parts: TaskStatsParts) {
    this.#parts = parts
    this.#cgroups = new Cgroups(parts.cgroupDir)
    this.#interfaces = new Interfaces(parts.procDir, parts.sysNetDir)
  }

  /** Undefined for one that does not run. */
  async ofContainer(task: AgentTask, container: AgentContainer): Promise<DockerStats | undefined> {
    const id = container.runtimeId ?? this.#parts.runtimeId(task, container)
    if (id === undefined) return undefined
    const before = await this.#before(id, task.address)
    const now = before === undefined ? undefined : await this.#sample(id, task.address)
    if (before === undefined || now === undefined) {
      this.#samples.delete(id)
      return undefined
    }
    this.#samples.set(id, now)
    return dockerStats(toldName(task, container, id), toldRuntimeId(task.launchType, task.taskId, id), now, before)
  }

  /** By the containers' ids as they are told; null for those that do not run, as on ECS. */
  async ofTask(task: AgentTask): Promise<Readonly<Record<string, DockerStats | null>>> {
    const found = await Promise.all(
      task.containers.map(async container => {
        const id = container.runtimeId ?? this.#parts.runtimeId(task, container)
        if (id === undefined) return undefined
        return [toldRuntimeId(task.launchType, task.taskId, id), (await this.ofContainer(task, container)) ?? null] as const
      }),
    )
    return Object.fromEntries(found.filter(each => each !== undefined))
  }

  /** Forgets containers that are not among these. */
  retain(tasks: readonly AgentTask[]): void {
    const ids = new Set(tasks.flatMap(({ containers }) => containers.map(({ runtimeId }) => runtimeId)))
    for (const id of this.#samples.keys()) if (!ids.has(id)) this.#samples.delete(id)
  }

  async #before(id: string, address: string | undefined): Promise<Sample | undefined> {
    const { clock } = this.#parts
    const known = this.#samples.get(id)
    if (known !== undefined && clock.now() - known.at >= shortestMs && clock.now() - known.at <= longestMs) return known
    const first = await this.#sample(id, address)
    if (first !== undefined) await pause(clock, shortestMs)
    return first
  }

  async #sample(id: string, address: string | undefined): Promise<Sample | undefined> {
    const [usage, traffic, machine] = await Promise.all([
      this.#cgroups.usageOf(id),
      address === undefined ? undefined : this.#interfaces.trafficOf(address),
      this.#machine(),
    ])
    return usage === undefined ? undefined : { at: this.#parts.clock.now(), usage, traffic, machine }
  }

  async #machine(): Promise<Sample['machine']> {
    const [stat, memory] = await Promise.all(['stat', 'meminfo'].map(file => readFile(join(this.#parts.procDir, file), 'utf8')))
    return { ...processorsOf(stat ?? ''), memory: Number(/^MemTotal:\s+(\d+)/m.exec(memory ?? '')?.[1] ?? 0) * 1024 }
  }
}

/** As Docker has it, with a slash; Fargate's has none. */
const toldName = (task: AgentTask, container: AgentContainer, id: string): string =>
  `${task.launchType === 'FARGATE' ? '' : '/'}${dockerName(task, container, id)}`

/** The first line of /proc/stat is all processors', in hundredths of a second: user to softirq, as Docker adds them up. */
const processorsOf = (stat: string): { readonly cpu: number; readonly processors: number } => {
  const [, ...fields] = (stat.split('\n')[0] ?? '').split(/\s+/)
  const ticks = fields.slice(0, 7).reduce((total, field) => total + Number(field), 0)
  return { cpu: ticks * 1e7, processors: [...stat.matchAll(/^cpu\d+ /gm)].length }
}
