import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Logger } from '../log.ts'
import { pause } from '../../shared/pause.ts'
import type { TaskUse } from './protocol.ts'

export interface UsageReporterParts {
  readonly read: () => Promise<readonly TaskUse[]>
  /** Resolves with how long the next is not wanted for. Milliseconds. */
  readonly report: (tasks: readonly TaskUse[]) => Promise<number>
  readonly clock: Clock
  readonly log: Logger
}

/** Until the next report where the control plane does not say. Milliseconds. */
const pauseMs = 10_000

/** Tells the control plane what the node's tasks use, as often as it says, until the signal. Never rejects. */
export const reportUsage = async ({ read, report, clock, log }: UsageReporterParts, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    // What was used while the control plane is away is lost: what it follows are the last minutes.
    const waitMs = await read()
      .then(report)
      .catch((error: unknown) => {
        log.debug(`what tasks use could not be told: ${messageOf(error)}`)
        return pauseMs
      })
    if (signal.aborted) return
    await pause(clock, waitMs, signal)
  }
}
