// What health checks say of a target.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
import type { Matcher, TargetGroup, TargetHealthReasonEnum } from '../../aws/generated/elbv2.ts'
import type { ProbeOutcome } from '../../probing/prober.ts'
import type { TargetHealthRow } from '../../store/elbv2-tables.ts'
import { familyOf } from './target-group-family.ts'
import { healthDescriptions } from './target-health.ts'

/** A target's state as checks found it. */
export type Found = Pick<TargetHealthRow, 'state' | 'reason' | 'description'>

/** Where a target stands: what was found, and checks of the same outcome in a row. */
export interface Standing {
  readonly found: Found
  readonly passed: number
  readonly failed: number
}

const standing = (state: Found['state'], reason: TargetHealthReasonEnum): Standing => ({
  found: { state, reason, description: healthDescriptions[reason] ?? '' },
  passed: 0,
  failed: 0,
})

export const initialStanding = standing('initial', 'Elb.InitialHealthChecking')

/** Of a target whose machine is not there: nothing is asked, and when it comes it begins anew. */
export const stoppedStanding = standing('unused', 'Target.InvalidState')

type Checked = Pick<TargetGroup, 'TargetType' | 'Protocol' | 'HealthyThresholdCount' | 'UnhealthyThresholdCount' | 'Matcher'>

export interface Failure {
  readonly reason: TargetHealthReasonEnum
  readonly description: string
}

/**
 * Why a check failed; undefined for one that succeeded. Network load balancers know one reason alone.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
 */
export const failureOf = (outcome: ProbeOutcome, group: Checked): Failure | undefined => {
  if (outcome.is === 'connected') return undefined
  if (outcome.is === 'answered' && matches(outcome.code, group.Matcher)) return undefined
  const failed = (reason: TargetHealthReasonEnum, description: string = healthDescriptions[reason] ?? ''): Failure => ({
    reason,
    description,
  })
  if (familyOf(group) === 'network' || outcome.is === 'failed') return failed('Target.FailedHealthChecks')
  if (outcome.is === 'timedOut') return failed('Target.Timeout')
  return failed('Target.ResponseCodeMismatch', `Health checks failed with these codes: [${outcome.code}]`)
}

/** Whether a code is among `200`, `200,202` or `200-299`. */
const matches = (code: number, { HttpCode, GrpcCode }: Matcher = {}): boolean =>
  (GrpcCode ?? HttpCode ?? '').split(',').some(part => {
    const [first = '', last = first] = part.split('-')
    return part.trim() !== '' && Number(first) <= code && code <= Number(last)
  })

/**
 * A target's standing after one more check. A new target is healthy with the first success; the healthy threshold is
 * for one that was unhealthy, the unhealthy one for both. `counts` is false for a check that is made ahead of its time:
 * its failure says nothing.
 */
export const standingAfter = (before: Standing, failure: Failure | undefined, group: Checked, counts = true): Standing => {
  if (failure === undefined) {
    const passed = before.passed + 1
    const isHealthy = before.found.state !== 'unhealthy' || passed >= (group.HealthyThresholdCount ?? 5)
    return { found: isHealthy ? { state: 'healthy' } : before.found, passed, failed: 0 }
  }
  if (!counts) return { ...before, passed: 0 }
  const failed = before.failed + 1
  const isUnhealthy = before.found.state === 'unhealthy' || failed >= (group.UnhealthyThresholdCount ?? 2)
  return { found: isUnhealthy ? { state: 'unhealthy', ...failure } : before.found, passed: 0, failed }
}
