import { epochSeconds } from '../../../shared/clock.ts'
import type { ServiceDeploymentRow, ServiceRevisionRow, ServiceRow } from '../../store/service-tables.ts'
import type { TaskView } from './task-view.ts'
import type { RuleReader } from './traffic.ts'

export interface RolloutState {
  readonly row: ServiceRow
  /** The service's newest service deployment. */
  readonly serviceDeployment: ServiceDeploymentRow | undefined
  /** What it says, oldest first. */
  readonly messages: readonly string[]
  /** When it goes on by time alone: milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

export interface RolloutContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly tasks: readonly TaskView[]
  /** Of the last deployment that completed. */
  readonly completed: ServiceRevisionRow | undefined
  /** Alarms of the deployment configuration that are in alarm. The seam for CloudWatch: none where nothing watches them. */
  readonly alarmsInAlarm: readonly string[]
  /** What listeners' rules forward to. */
  readonly ruleOf: RuleReader
  readonly revisionOf: (serviceRevisionArn: string) => ServiceRevisionRow | undefined
  /** `Gateway.inForceUntil()`; absent where nothing carries traffic. */
  readonly inForceUntil?: number
}

/** A service deployment's record, changed at `now`. */
export const revise = (
  row: ServiceDeploymentRow | undefined,
  changes: Partial<ServiceDeploymentRow['serviceDeployment']>,
  now: number,
): ServiceDeploymentRow | undefined =>
  row === undefined ? undefined : { ...row, serviceDeployment: { ...row.serviceDeployment, ...changes, updatedAt: epochSeconds(now) } }
