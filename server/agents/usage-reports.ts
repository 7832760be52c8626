import type { Clock } from '../../shared/clock.ts'
import type { TaskUse } from '../agent/protocol.ts'

export interface UsageReportsParts {
  readonly clock: Clock
  /** From one look of scaling to the next. Milliseconds. */
  readonly periodMs: number
}

/** CPU units (1024 = one vCPU) and MiB. */
export type Use = Pick<TaskUse, 'cpu' | 'memory'>

/** Between two reports of an agent, so that one which is late or lost leaves no gap. Milliseconds. */
const longestPauseMs = 10_000
const shortestPauseMs = 1_000
const reportsInWindow = 5

/** What the agents of the nodes told of what tasks use, of the last moments alone. */
export class UsageReports {
  readonly #parts: UsageReportsParts
  /** What is averaged: the last period, or as long as some reports take. Milliseconds. */
  readonly #windowMs: number
  readonly #uses = new Map<string, readonly (Use & { readonly at: number })[]>()

  constructor(parts: UsageReportsParts) {
    this.#parts = parts
    this.#windowMs = Math.max(parts.periodMs, reportsInWindow * shortestPauseMs)
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
    return Math.min(longestPauseMs, Math.max(shortestPauseMs, this.#windowMs / reportsInWindow))
  }

  /** The average of the window; undefined where nothing was told of the task. */
  of(taskArn: string): Use | undefined {
    const recent = (this.#uses.get(taskArn) ?? []).filter(use => this.#isRecent(use.at))
    if (recent.length === 0) return undefined
    const average = (of: keyof Use): number => recent.reduce((sum, use) => sum + use[of], 0) / recent.length
    return { cpu: average('cpu'), memory: average('memory') }
  }

  #isRecent(at: number): boolean {
    return this.#parts.clock.now() - at < this.#windowMs
  }
}
