// When targets are checked.
import { createHash } from 'node:crypto'

/** Between the first looks at a target that is not there yet. Milliseconds. */
const firstLookMs = 250

export interface Schedule {
  /** Milliseconds since the epoch. */
  readonly nextAt: number
  /** Looks so far that were made ahead of their time. */
  readonly earlyLooks: number
}

interface Times {
  readonly registeredAt: number
  readonly intervalMs: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * When a target is first checked by this process: a new one at once. One whose health is known from before is checked
 * within an interval, each at its own time, so that not all are asked at once after a restart.
 */
export const firstCheck = (key: string, isKnown: boolean, { intervalMs, now }: Times): Schedule => ({
  nextAt: isKnown ? now + (createHash('sha256').update(key).digest().readUInt32BE() % intervalMs) : now,
  earlyLooks: 0,
})

/** Whether a failed check counts: in its first interval a target is only looked at ahead of time. */
export const counts = ({ registeredAt, intervalMs, now }: Times): boolean => now - registeredAt >= intervalMs

/**
 * When to check again after a check that began at `now`. A new target that does not answer yet is looked at ever less
 * often until its first interval is over; AWS, too, finds new targets healthy within a second or two.
 */
export const nextCheck = ({ earlyLooks }: Schedule, isInitial: boolean, times: Times): Schedule => {
  const { registeredAt, intervalMs, now } = times
  if (!isInitial || counts(times)) return { nextAt: now + intervalMs, earlyLooks }
  return { nextAt: Math.min(now + firstLookMs * 2 ** earlyLooks, registeredAt + intervalMs), earlyLooks: earlyLooks + 1 }
}
