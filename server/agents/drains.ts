import { isRouted, routerOf } from '../domain/firelens.ts'
import type { TaskObservation } from '../runtime/runtime.ts'
import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'

/**
 * How long a pod is kept for its logs after its task is STOPPED: a backend that is away for longer costs what was not
 * delivered. Milliseconds.
 */
export const longestDrainMs = 60_000

/**
 * How long a log router is kept for the last lines of others, from when the last of them ended: an agent that is busy or has
 * just started anew takes seconds, and says when it has delivered them. Milliseconds.
 */
export const longestRouteMs = 15_000

/** Whose logs the agents have delivered: until then a task's pod is not let go, for its log files go with it. */
export class Drains {
  readonly #drained = new Set<string>()
  readonly #routed = new Set<string>()
  readonly #isolated = new Set<string>()

  /** Delivered whole. */
  note(taskArn: string): void {
    this.#drained.add(taskArn)
  }

  /** Milliseconds for which a STOPPED task's pod is to be kept at most, from `now`; 0: not at all. */
  leftToWait(row: TaskRow, definition: TaskDefinitionRow | undefined, now: number): number {
    const { taskArn, stoppedAt = 0, startedAt, containers = [] } = row.task
    const hasWritten = startedAt !== undefined || containers.some(({ exitCode }) => exitCode !== undefined)
    if (!hasWritten || this.#drained.has(taskArn) || definition === undefined || !isShipped(definition)) return 0
    return Math.max(0, stoppedAt * 1000 + longestDrainMs - now)
  }

  /** The task's network was taken away. */
  noteIsolated(taskArn: string): void {
    this.#isolated.add(taskArn)
  }

  isIsolated(taskArn: string): boolean {
    return this.#isolated.has(taskArn)
  }

  /** The task's log router has all that others wrote. */
  noteRouted(taskArn: string): void {
    this.#routed.add(taskArn)
  }

  /**
   * Milliseconds for which a log router is to be kept at most, from `now`, as the containers that write to it have ended
   * and their last lines are on their way. 0: not at all.
   */
  leftToRoute({ task }: TaskRow, definition: TaskDefinitionRow | undefined, observation: TaskObservation | undefined, now: number): number {
    const containers = definition?.taskDefinition.containerDefinitions ?? []
    const router = routerOf(containers)
    if (router === undefined || this.#routed.has(task.taskArn)) return 0
    const stateOf = (name: string) => observation?.containers.find(each => each.name === name)?.state
    const states = containers.filter(each => isRouted(each) && each.name !== router.name).map(({ name = '' }) => stateOf(name))
    if (stateOf(router.name)?.is !== 'running' || states.some(state => state?.is === 'running')) return 0
    const ends = states.flatMap(state => (state?.is === 'terminated' ? [state.finishedAt] : []))
    return ends.length === 0 ? 0 : Math.max(0, Math.max(...ends) + longestRouteMs - now)
  }

  /** The pod was let go. */
  forget(taskArn: string): void {
    this.#routed.delete(taskArn)
    this.#isolated.delete(taskArn)
    this.#drained.delete(taskArn)
  }
}

/** Whether a container's lines go to CloudWatch Logs, from its pod's files. A log router is there until it has them all. */
export const isShipped = ({ taskDefinition }: TaskDefinitionRow): boolean =>
  (taskDefinition.containerDefinitions ?? []).some(({ logConfiguration }) => logConfiguration?.logDriver === 'awslogs')
