// Targets that get their share of requests little by little.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#slow-start-mode
import type { RegisteredTarget } from './eligible-targets.ts'

/** The weight of a target that has its whole share. */
export const wholeWeight = 10

export interface SlowStart {
  /** Of each target, in their order: from 1 to `wholeWeight`. */
  readonly weights: readonly number[]
  /** When the next of them grows: milliseconds; undefined where none does. */
  readonly nextAt: number | undefined
}

/**
 * The share of targets whose group has a slow start: it grows in steps, from the moment that a target is healthy, for as long as
 * the group says. Those that were registered first have nobody to take requests from, and begin with all of it.
 * @param durationMs 0 where the group has none
 * @param targets those that get requests
 */
export function slowStart(durationMs: number, targets: readonly RegisteredTarget[], now: number): SlowStart {
  const first = Math.min(...targets.map(({ row }) => row.registeredAt))
  const steps = targets.map(({ row, health }) => {
    const isSlow = durationMs > 0 && row.registeredAt > first && health?.state === 'healthy'
    return isSlow ? stepOf(now - health.since, durationMs) : { weight: wholeWeight, leftMs: undefined }
  })
  const left = steps.flatMap(({ leftMs }) => leftMs ?? [])
  return { weights: steps.map(({ weight }) => weight), nextAt: left.length === 0 ? undefined : now + Math.min(...left) }
}

function stepOf(elapsedMs: number, durationMs: number): { readonly weight: number; readonly leftMs: number | undefined } {
  if (elapsedMs >= durationMs) return { weight: wholeWeight, leftMs: undefined }
  const stepMs = durationMs / wholeWeight
  const done = Math.max(0, Math.floor(elapsedMs / stepMs))
  return { weight: Math.max(1, done), leftMs: Math.ceil((done + 1) * stepMs - elapsedMs) }
}
