import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'

/**
 * How long a pod is kept for its logs after its task is STOPPED: a backend that is away for longer costs what was not
 * delivered. Milliseconds.
 */
export const longestDrainMs = 60_000

/** Whose logs the agents have delivered: until then a task's pod is not let go, for its log files go with it. */
export class Drains {
  readonly #drained = new Set<string>()

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

  /** The pod was let go. */
  forget(taskArn: string): void {
    this.#drained.delete(taskArn)
  }
}

const isShipped = ({ taskDefinition }: TaskDefinitionRow): boolean =>
  (taskDefinition.containerDefinitions ?? []).some(({ logConfiguration }) => logConfiguration?.logDriver === 'awslogs')
