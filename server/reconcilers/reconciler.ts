/**
 * A reconciler: told to look at a key, it reads what is true, plans and acts. It may be called at any time and any
 * number of times. The queue calls it once at a time for a key, again after a failure with growing delay, and once
 * more when it was woken while it ran.
 */
export interface Reconciler {
  readonly kind: string
  /** How many keys are worked on at once, where the default does not fit. */
  readonly concurrency?: number
  /** Resolves with milliseconds after which to look again; undefined leaves it to the next wake. */
  reconcile(key: string, signal: AbortSignal): Promise<number | undefined>
  /** Keys to wake at start. */
  keys(): Iterable<string>
  /** Ends what it does that may take minutes, by failing: nothing is to run for a while, and it is called again after. */
  interrupt?(): void
  /** Drops what it remembers of keys: there are none any more. */
  forget?(): void
}

/** Wakes a key of a reconciler; a key that waits already is not added twice. */
export type Wake = (
  kind:
    | 'task'
    | 'cluster'
    | 'service'
    | 'daemon'
    | 'lifecycle-hook'
    | 'deployment-alarms'
    | 'scaling'
    | 'load-balancer'
    | 'connect-name'
    | 'target-group'
    | 'target'
    | 'task-definition',
  key: string,
) => void
