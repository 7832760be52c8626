import { epochSeconds } from '../../../shared/clock.ts'
import type { DeploymentRecord } from '../../store/service-tables.ts'
import { failureThreshold } from './circuit-breaker.ts'
import { complete } from './complete.ts'
import { isOngoing } from './records.ts'
import { type Failure, fail } from './rollback.ts'
import { type RolloutContext, type RolloutState, revise } from './rollout-state.ts'
import { awaitLastHooks, isScaledUp } from './rolling-stages.ts'
import { advanceStaged, beginStages } from './staged-rollout.ts'

/** Takes the PRIMARY deployment as far as it has come: begun, completed, failed, stopped or rolled back. */
export const advanceRollout = (state: RolloutState, context: RolloutContext): RolloutState => {
  const begun = begin(state, context)
  const [primary] = begun.row.deployments
  if (primary === undefined) return begun
  const failure = primary.rolloutState === 'IN_PROGRESS' ? failureOf(begun, primary, context) : undefined
  if (failure !== undefined) return fail(begun, primary, failure, context)
  const { serviceDeployment } = begun
  // What is left of a staged deployment that was stopped keeps its place until the next one puts it in order.
  if (serviceDeployment?.progress !== undefined && !isScaledUp(serviceDeployment)) {
    if (isOngoing(serviceDeployment)) return advanceStaged(begun, primary, context)
    if (begun.row.deployments.length > 1) return begun
  }
  const left = withoutDrained(begun, context)
  if (primary.rolloutState !== 'IN_PROGRESS') return left
  const isAtLastHooks = serviceDeployment !== undefined && isScaledUp(serviceDeployment)
  if (!isAtLastHooks && !isDone(left, primary, context)) return left
  const { state: awaiting, isPassed } = awaitLastHooks(left, primary, context)
  return isPassed && isDone(awaiting, primary, context) ? bake(awaiting, primary, context) : awaiting
}

/** A rolling deployment with alarms goes on for its bake time; other ones are complete. */
const bake = (state: RolloutState, primary: DeploymentRecord, context: RolloutContext): RolloutState => {
  const { now } = context
  const { serviceDeployment } = state
  const { alarms, bakeTimeInMinutes = 0 } = serviceDeployment?.serviceDeployment.deploymentConfiguration ?? {}
  const isRollback = serviceDeployment?.serviceDeployment.rollback !== undefined
  if (serviceDeployment === undefined || alarms?.enable !== true || bakeTimeInMinutes === 0 || isRollback) {
    return complete(state, primary, context)
  }
  const bakesSince = serviceDeployment.bakesSince ?? now
  const lookAgainAt = bakesSince + bakeTimeInMinutes * 60_000
  if (now >= lookAgainAt) return complete(state, primary, context)
  if (serviceDeployment.bakesSince !== undefined) return { ...state, lookAgainAt }
  return { ...state, lookAgainAt, serviceDeployment: revise({ ...serviceDeployment, bakesSince }, { lifecycleStage: 'BAKE_TIME' }, now) }
}

const begin = (state: RolloutState, context: RolloutContext): RolloutState => {
  const { now } = context
  const breaker = state.row.service.deploymentConfiguration?.deploymentCircuitBreaker
  const { serviceDeployment, row } = state
  if (serviceDeployment === undefined || !isOngoing(serviceDeployment)) return state
  const failureCount = row.deployments[0]?.breakerFailures ?? 0
  const shown =
    breaker?.enable === true
      ? { status: 'MONITORING' as const, failureCount, threshold: failureThreshold(row.service.desiredCount, breaker) }
      : { status: 'DISABLED' as const, failureCount }
  const known = serviceDeployment.serviceDeployment.deploymentCircuitBreaker
  const isPending = serviceDeployment.serviceDeployment.status === 'PENDING'
  // What tripped the breaker stays shown while it is rolled back.
  const isShown = known?.status === 'TRIGGERED' || JSON.stringify(known) === JSON.stringify(shown)
  if (!isPending && isShown) return state
  const changes = {
    ...(isPending ? { status: 'IN_PROGRESS' as const, startedAt: epochSeconds(now) } : {}),
    ...(isShown ? {} : { deploymentCircuitBreaker: shown }),
  }
  const begun = revise(serviceDeployment, changes, now)
  return { ...state, serviceDeployment: begun !== undefined && isPending ? beginStages(begun, row, context) : begun }
}

const failureOf = (
  { row, serviceDeployment }: RolloutState,
  primary: DeploymentRecord,
  { alarmsInAlarm }: RolloutContext,
): Failure | undefined => {
  const status = serviceDeployment?.serviceDeployment.status
  // What served before is stopped already: there is no way back.
  if (serviceDeployment?.progress?.stage === 'CLEAN_UP') return undefined
  const requested = { by: 'Service deployment', isTripped: false }
  if (status === 'STOP_REQUESTED') return { ...requested, cause: 'the deployment was stopped by the user', rollsBack: false }
  if (status === 'ROLLBACK_REQUESTED') return { ...requested, cause: 'a rollback was requested by the user', rollsBack: true }
  const { deploymentCircuitBreaker: breaker, alarms } = row.service.deploymentConfiguration ?? {}
  if (breaker?.enable === true && primary.breakerFailures >= failureThreshold(row.service.desiredCount, breaker)) {
    return {
      by: 'ECS deployment circuit breaker',
      cause: 'tasks failed to start',
      rollsBack: breaker.rollback,
      isTripped: true,
      statusReason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
    }
  }
  // What a rollback is to mend may go on for a while.
  const isRollingBack = serviceDeployment?.serviceDeployment.rollback !== undefined
  const isMonitored = serviceDeployment?.serviceDeployment.alarms?.status !== 'DISABLED'
  if (alarms?.enable === true && alarmsInAlarm.length > 0 && !isRollingBack && isMonitored) {
    return { by: 'ECS deployment alarms', cause: 'alarm detected', rollsBack: alarms.rollback, isTripped: false, alarms: alarmsInAlarm }
  }
  return undefined
}

/** An ACTIVE deployment is gone with its last task. */
const withoutDrained = (state: RolloutState, { tasks }: RolloutContext): RolloutState => {
  const present = new Set(tasks.filter(({ isOver }) => !isOver).map(({ deploymentId }) => deploymentId))
  const deployments = state.row.deployments.filter(({ id, status }) => status === 'PRIMARY' || present.has(id))
  return deployments.length === state.row.deployments.length ? state : { ...state, row: { ...state.row, deployments } }
}

/**
 * All that there should be is ready and nothing else is left; with early success criteria a share is enough, and what the
 * share leaves out goes on when the deployment is complete.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/early-success-criteria.html
 */
const isDone = ({ row, serviceDeployment }: RolloutState, primary: DeploymentRecord, { tasks }: RolloutContext): boolean => {
  const present = tasks.filter(({ isOver }) => !isOver)
  const early = row.service.deploymentConfiguration?.earlySuccessCriteria
  if (early?.enable === true && serviceDeployment?.serviceDeployment.rollback === undefined) {
    const { healthyPercent = 100, sourceServiceRevisionCleanup: cleanup = 'BLOCKING' } = early
    const own = present.filter(({ deploymentId }) => deploymentId === primary.id)
    const enough = Math.ceil((row.service.desiredCount * healthyPercent) / 100)
    return own.filter(({ health }) => health === 'ready').length >= enough && (cleanup === 'DEFERRED' || own.length === present.length)
  }
  if (present.some(({ deploymentId, isWanted }) => deploymentId !== primary.id || !isWanted)) return false
  return present.length === row.service.desiredCount && present.every(({ health }) => health === 'ready')
}
