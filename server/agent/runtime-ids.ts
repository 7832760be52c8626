import { readdir } from 'node:fs/promises'
import type { Clock } from '../../shared/clock.ts'
import type { AgentContainer, AgentTask } from './protocol.ts'

/** How old what was read of the folder may be. Milliseconds. */
const staleMs = 250

/**
 * Containers' runtime ids, as the kubelet names its links to their logs: `POD_NAMESPACE_CONTAINER-ID.log`. They are
 * there when a container begins, up to a second before Kubernetes tells of it.
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

  /** Reads the folder again, if that was not done just now. */
  async refresh(): Promise<void> {
    if (this.#clock.now() - this.#readAt < staleMs) return
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
