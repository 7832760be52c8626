import { isOver } from '../domain/task-lifecycle-stop.ts'
import type { Logger } from '../log.ts'
import type { Runtime, TaskObservation, TaskRef } from '../runtime/runtime.ts'

const graceSeconds = 30
/** Milliseconds. */
const lookAgainMs = 5_000

/**
 * Tasks that run though no row tells of them and that were not taken back (`adoptTasks`): the state was put back to one
 * that does not have them. They are ended, for nothing could ever stop them through the API.
 */
export class OrphanTasks {
  readonly #runtime: Runtime
  readonly #log: Logger
  readonly #refs = new Map<string, TaskRef>()

  constructor(parts: { readonly runtime: Runtime; readonly log: Logger }) {
    this.#runtime = parts.runtime
    this.#log = parts.log
  }

  notice({ taskArn, taskId, namespace }: TaskRef): void {
    this.#refs.set(taskArn, { taskArn, taskId, namespace })
  }

  /** Stops an orphan, then lets go of it. Resolves with milliseconds after which to look again. */
  async end(taskArn: string): Promise<number | undefined> {
    const ref = this.#refs.get(taskArn)
    if (ref === undefined) return undefined
    const observation = this.#runtime.observe(ref)
    if (observation === undefined) {
      this.#refs.delete(taskArn)
      return undefined
    }
    if (isOver(containersOf(observation), observation)) {
      this.#log.warn({ taskArn, namespace: ref.namespace }, 'released a task that no row tells of')
      await this.#runtime.release(ref)
      return lookAgainMs
    }
    if (observation.stoppingSince === undefined) {
      this.#log.warn({ taskArn, namespace: ref.namespace }, 'stopping a task that no row tells of')
      await this.#runtime.stop(ref, { graceSeconds })
    }
    return lookAgainMs
  }
}

const containersOf = ({ containers }: TaskObservation) => ({
  containers: containers.map(({ name }) => ({ name, essential: true, stopTimeout: graceSeconds })),
})
