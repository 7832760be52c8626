import type { Clock } from '../../shared/clock.ts'
import type { TaskUse } from '../agent/protocol.ts'

export interface UsageReportsParts {
  readonly clock: Clock
  /** What is averaged: as long as from one look of scaling to the next. Milliseconds. */
  readonly windowMs: number
}

/** CPU units (1024 = one vCPU) and MiB. */
export type Use = Pick<TaskUse, 'cpu' | 'memory'>

/** Reports of a window at least, so that one which is late or lost leaves no gap. */
const perWindow = 3
/** Milliseconds. */
const longestPauseMs = 10_000

/** What the agents of the nodes told of what tasks use, of the last moments alone. */
export class UsageReports {
  readonly #parts: UsageReportsParts
  readonly #uses = new Map<string, readonly (Use & { readonly at: number })[]>()

  constructor(parts: UsageReportsParts) {
    this.#parts = parts
  }

  /** Answers how long the next report is not wanted for. Milliseconds. */
  note(tasks: readonly TaskUse[]): number {
    const at = this.#parts.clock.now()
    for (const [taskArn, uses] of this.#uses) {
      const recent = uses.filter(use => this.#isRecent(use.at))
      if (recent.length === 0) this.#uses.delete(taskArn)
      else this.#uses.set(taskArn, recent)
    }
    for (const { taskArn, cpu, memory } of tasks) this.#uses.set(taskArn, [...(this.#uses.get(taskArn) ?? []), { at, cpu, memory }])
    return Math.min(longestPauseMs, this.#parts.windowMs / perWindow)
  }

  /** The average of the window; undefined where nothing was told of the task. */
  of(taskArn: string): Use | undefined {
    const recent = (this.#uses.get(taskArn) ?? []).filter(use => this.#isRecent(use.at))
    if (recent.length === 0) return undefined
    const average = (of: keyof Use): number => recent.reduce((sum, use) => sum + use[of], 0) / recent.length
    return { cpu: average('cpu'), memory: average('memory') }
  }

  #isRecent(at: number): boolean {
    return this.#parts.clock.now() - at < this.#parts.windowMs
  }
}
