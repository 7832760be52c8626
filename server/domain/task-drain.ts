import type { TaskRow } from '../store/tables.ts'

export interface DrainContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** `Gateway.settledUntil()`; absent where nothing carries traffic. */
  readonly settledUntil?: number
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
export const drainWaitMs = (row: TaskRow, context: DrainContext): number | undefined => {
  const waits = [...targetWaits(row, context), ...connectWaits(row, context)]
  return waits.length === 0 ? undefined : Math.max(...waits)
}

const targetWaits = ({ loadBalancers = [] }: TaskRow, { now, settledUntil = Infinity }: DrainContext): readonly number[] =>
  loadBalancers.flatMap(({ target, deregistered }) => {
    if (target === undefined) return []
    // It is deregistered in the commit that makes the task DEACTIVATING.
    if (deregistered === undefined) return [1]
    const { at, drainsUntil } = deregistered
    const isReached = settledUntil <= at && now < at + gatewayLimitMs
    if (drainsUntil > now) return [drainsUntil - now]
    return isReached ? [lookAgainMs] : []
  })

/** As `Service Connect` has no deregistration delay, for requests that are under way. Milliseconds. */
export const connectDrainMs = 3_000

/** A task that Service Connect sends requests to; nothing does where there is no gateway. */
const connectWaits = ({ serviceRegistries = [] }: TaskRow, { now, settledUntil }: DrainContext): readonly number[] =>
  serviceRegistries.flatMap(({ isConnect, told, deregisteredAt: at }) => {
    if (isConnect !== true || told === undefined || settledUntil === undefined) return []
    if (at === undefined) return [1]
    if (at + connectDrainMs > now) return [at + connectDrainMs - now]
    return settledUntil <= at && now < at + gatewayLimitMs ? [lookAgainMs] : []
  })
