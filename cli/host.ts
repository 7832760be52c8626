import type { Clock } from '../shared/clock.ts'
import type { Output } from './output.ts'

/** What the outside gives to a command; `cli/main.ts` makes it of the process, tests of values. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The folder of all instances: KECS_HOME, else ~/.kecs. */
  readonly home: string
  readonly output: Output
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Whether a person can answer a question. */
  readonly canAsk: boolean
}
