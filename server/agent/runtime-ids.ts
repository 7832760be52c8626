import { readdir } from 'node:fs/promises'
import type { Clock } from '../../shared/clock.ts'
import { pause } from '../../shared/pause.ts'
import type { AgentContainer, AgentTask } from './protocol.ts'

/** How old what was read of the folder may be. Milliseconds. */
const staleMs = 250
/** Between two looks for one that is about to be there. Milliseconds. */
const againMs = 25

/**
 * Containers' runtime ids, as the kubelet names its links to their logs: `POD_NAMESPACE_CONTAINER-ID.log`. They are
 * there a moment after a container began, up to a second before Kubernetes tells of it.
 */
export class RuntimeIds {
  readonly #folder: string
  readonly #clock: Clock
  #byContainer: ReadonlyMap<string, string> = new Map()
  #readAt = -Infinity

  constructor(folder: string, clock: Clock) {
    this.#folder = folder
    this.#clock = clock
  }

  /** From what was read last. */
  of({ pod }: AgentTask, { podName }: AgentContainer): string | undefined {
    return this.#byContainer.get(`${pod.name}_${pod.namespace}_${podName}`)
  }

  /** Resolves when that of a container that runs is known, or so many milliseconds have passed. */
  async awaited(task: AgentTask, container: AgentContainer, withinMs: number): Promise<void> {
    const deadline = this.#clock.now() + withinMs
    while (container.runtimeId === undefined && this.of(task, container) === undefined && this.#clock.now() < deadline) {
      await this.refresh(againMs)
      if (this.of(task, container) === undefined) await pause(this.#clock, againMs)
    }
  }

  /** Reads the folder again, if that was not done just now. */
  async refresh(withinMs = staleMs): Promise<void> {
    if (this.#clock.now() - this.#readAt < withinMs) return
    this.#readAt = this.#clock.now()
    const names = await readdir(this.#folder).catch(() => [])
    this.#byContainer = new Map(
      names.flatMap(name => {
        const [, container, id] = /^(.+)-([0-9a-f]{64})\.log$/.exec(name) ?? []
        return container === undefined || id === undefined ? [] : [[container, id] as const]
      }),
    )
  }
}
