import type { Adjusting } from '../agent/protocol.ts'
import { adjustmentOf } from '../domain/adjustments.ts'
import { overriddenContainers } from '../domain/task-spec.ts'
import { TaskRefused, type Runtime, type TaskSpec } from '../runtime/runtime.ts'
import type { Clock } from '../../shared/clock.ts'
import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'

export interface AdjustersParts {
  readonly runtime: Pick<Runtime, 'nodes'>
  readonly clock: Clock
}

/** How long a task's turn is held for an agent that says a moment later what its node can do. Milliseconds. */
const turnMs = 2_000
/** How long a task waits for one that is away, from its creation on. Milliseconds. */
const patienceMs = 60_000

/**
 * Which nodes give containers what pods have no place for, as their agents tell. An agent that is away says nothing:
 * tasks that need it wait.
 */
export class Adjusters {
  readonly #parts: AdjustersParts
  readonly #told = new Map<string, Adjusting>()
  readonly #listening = new Map<string, number>()
  readonly #waiting = new Set<() => void>()
  /** Tasks that were turned away for now, by ARN. */
  readonly #turnedAway = new Set<string>()

  constructor(parts: AdjustersParts) {
    this.#parts = parts
  }

  /** The agent of a node listens; the answer tells that it does no more. */
  join(node: string): () => void {
    this.#listening.set(node, (this.#listening.get(node) ?? 0) + 1)
    return () => {
      const left = (this.#listening.get(node) ?? 1) - 1
      this.#listening.set(node, left)
      if (left > 0) return
      this.#listening.delete(node)
      this.#told.delete(node)
    }
  }

  /** The answer: tasks that are to be tried again. */
  note(node: string, adjusting: Adjusting): readonly string[] {
    this.#told.set(node, adjusting)
    for (const wake of this.#waiting) wake()
    const again = [...this.#turnedAway]
    this.#turnedAway.clear()
    return again
  }

  /**
   * Where a task may run with what it asks for; undefined: it asks for nothing, or no node can. Throws `TaskRefused` where
   * the agent that it needs stays away, and any other error for another try.
   */
  async of(row: TaskRow, definition: TaskDefinitionRow, signal: AbortSignal): Promise<TaskSpec['adjustedOn']> {
    if (!overriddenContainers(row, definition).some(container => adjustmentOf(container, 'EC2')?.isRequired === true)) return undefined
    if (this.#able(row).length === 0 && this.#away(row).length > 0) await this.#toldWithin(row, signal)
    const able = this.#able(row)
    if (able.length > 0) return able
    const [away] = this.#away(row)
    if (away === undefined) return undefined
    const what = `the agent of node ${away}, which gives containers their ulimits, devices, swap and tmpfs, is away`
    const createdAt = (row.task.createdAt ?? 0) * 1000
    if (this.#parts.clock.now() - createdAt > patienceMs) throw new TaskRefused(`ResourceInitializationError: ${what}.`)
    this.#turnedAway.add(row.task.taskArn)
    throw new Error(what)
  }

  #able(row: TaskRow): readonly string[] {
    return this.#nodesOf(row).filter(node => this.#told.get(node)?.is === 'able')
  }

  /** Nodes of which it is not known what they can do. */
  #away(row: TaskRow): readonly string[] {
    return this.#nodesOf(row).filter(node => (this.#told.get(node)?.is ?? 'away') === 'away')
  }

  #nodesOf({ nodeName }: TaskRow): readonly string[] {
    if (nodeName !== undefined) return [nodeName]
    return this.#parts.runtime.nodes().flatMap(({ name, isReady }) => (isReady ? [name] : []))
  }

  /** Until one is able, or all have told; or some time. */
  async #toldWithin(row: TaskRow, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.#able(row).length > 0 || this.#away(row).length === 0) resolve()
    }
    const cancel = this.#parts.clock.after(turnMs, resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    this.#waiting.add(look)
    await promise
    this.#waiting.delete(look)
    cancel()
  }
}
