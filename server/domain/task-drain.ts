import type { TaskRow } from '../store/tables.ts'

export interface DrainContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** `Gateway.inForceUntil()`; absent where nothing carries traffic. */
  readonly inForceUntil?: number
}

/** How long a gateway that tells nothing keeps a task from being stopped: it is most likely gone. Milliseconds. */
export const gatewayLimitMs = 60_000
/** The gateway tells when it has changed; this is for what it does not tell. Milliseconds. */
const lookAgainMs = 500

/**
 * For how many milliseconds a task that is to stop has to go on serving: until no new request can reach it any more, and
 * until its targets' deregistration delays are over. Undefined: it may be stopped. AWS, too, waits for the whole delay
 * and not only for the last request.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html
 */
export const drainWaitMs = ({ loadBalancers = [] }: TaskRow, { now, inForceUntil = Infinity }: DrainContext): number | undefined => {
  const waits = loadBalancers.flatMap(({ target, deregistered }) => {
    if (target === undefined) return []
    // It is deregistered in the commit that makes the task DEACTIVATING.
    if (deregistered === undefined) return [1]
    const { at, drainsUntil } = deregistered
    const isReached = inForceUntil <= at && now < at + gatewayLimitMs
    if (drainsUntil > now) return [drainsUntil - now]
    return isReached ? [lookAgainMs] : []
  })
  return waits.length === 0 ? undefined : Math.max(...waits)
}
