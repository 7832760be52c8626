import type { ServiceRow } from '../store/service-tables.ts'

/** A metric's value now; `unknown` where there is none yet, `unmeasured` where nothing here measures it. */
export type Measured = number | 'unknown' | 'unmeasured'

/** The metrics that target tracking policies of services follow, each over the last minute. */
export interface ServiceMetrics {
  /** Percent of what the service's running tasks reserve. */
  utilization(service: ServiceRow, of: 'cpu' | 'memory'): Promise<Measured>
  /** Requests that each target of a group had. `resourceLabel` is the end of a load balancer's and of its target group's ARN. */
  requestsPerTarget(service: ServiceRow, resourceLabel: string): Promise<Measured>
}
