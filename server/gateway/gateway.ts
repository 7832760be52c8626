/**
 * What carries the traffic of load balancers, as reconcilers see it: Traefik, which fetches its configuration from the
 * control plane.
 */
export interface Gateway {
  /**
   * Milliseconds since the epoch: every change that was committed to the store until then is in force, so that no new
   * request goes to a target that was deregistered before.
   */
  inForceUntil(): number
  /** As `inForceUntil`, and for so long that a request whose target was chosen before is with that target by now. */
  settledUntil(): number
  /** Calls `listener` whenever `inForceUntil` has grown; the answer ends it. */
  watch(listener: () => void): () => void
}
