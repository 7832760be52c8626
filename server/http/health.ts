/** What `/_kecs/health` and the admin port's `/health` say. */
export interface HealthReport {
  readonly version: string
  readonly instance: string
  readonly runtime: 'kubernetes' | 'simulated'
  /** Whether tasks only pretend to run: no container is started. */
  readonly simulated: boolean
  readonly components: Readonly<Record<string, ComponentState>>
}

export interface ComponentState {
  readonly state: 'ready' | 'starting' | 'failed'
  /** Why it is not ready. */
  readonly message?: string
}

/** A health report is an answer, not an error, whatever it says: 200. */
export const healthResponse = (report: HealthReport): Response =>
  Response.json(report, { headers: { 'cache-control': 'no-store', ...(report.simulated ? { 'x-kecs-simulated': 'true' } : {}) } })
