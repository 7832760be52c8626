import { epochSeconds } from '../../../shared/clock.ts'
import type { DeploymentRecord, ServiceDeploymentRow, ServiceRevisionRow, ServiceRow } from '../../store/service-tables.ts'
import { nameInArn } from '../arn.ts'
import { failureThreshold } from './circuit-breaker.ts'
import * as messages from './messages.ts'
import { completedReason, isOngoing } from './records.ts'
import type { TaskView } from './task-view.ts'

export interface RolloutState {
  readonly row: ServiceRow
  /** The service's newest service deployment. */
  readonly serviceDeployment: ServiceDeploymentRow | undefined
  /** What it says, oldest first. */
  readonly messages: readonly string[]
}

export interface RolloutContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly tasks: readonly TaskView[]
  /** Of the last deployment that completed. */
  readonly completed: ServiceRevisionRow | undefined
  /** Alarms of the deployment configuration that are in alarm. The seam for CloudWatch: none where nothing watches them. */
  readonly alarmsInAlarm: readonly string[]
}

/** Takes the PRIMARY deployment as far as it has come: begun, completed, failed, stopped or rolled back. */
export const advanceRollout = (state: RolloutState, context: RolloutContext): RolloutState => {
  const begun = begin(state, context)
  const [primary] = begun.row.deployments
  if (primary === undefined) return begun
  const failure = primary.rolloutState === 'IN_PROGRESS' ? failureOf(begun, primary, context) : undefined
  if (failure !== undefined) return fail(begun, primary, failure, context)
  const left = withoutDrained(begun, context)
  return primary.rolloutState === 'IN_PROGRESS' && isDone(left, primary, context) ? complete(left, primary, context) : left
}

/** A service deployment's record, changed at `now`. */
const revise = (
  row: ServiceDeploymentRow | undefined,
  changes: Partial<ServiceDeploymentRow['serviceDeployment']>,
  now: number,
): ServiceDeploymentRow | undefined =>
  row === undefined ? undefined : { serviceDeployment: { ...row.serviceDeployment, ...changes, updatedAt: epochSeconds(now) } }

const begin = (state: RolloutState, { now }: RolloutContext): RolloutState => {
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
  return { ...state, serviceDeployment: revise(serviceDeployment, changes, now) }
}

interface Failure {
  /** As the rollout's reason and the event tell it. */
  readonly by: string
  readonly cause: string
  readonly rollsBack: boolean
  readonly isTripped: boolean
}

const failureOf = (
  { row, serviceDeployment }: RolloutState,
  primary: DeploymentRecord,
  { alarmsInAlarm }: RolloutContext,
): Failure | undefined => {
  const status = serviceDeployment?.serviceDeployment.status
  const requested = { by: 'Service deployment', isTripped: false }
  if (status === 'STOP_REQUESTED') return { ...requested, cause: 'the deployment was stopped by the user', rollsBack: false }
  if (status === 'ROLLBACK_REQUESTED') return { ...requested, cause: 'a rollback was requested by the user', rollsBack: true }
  const { deploymentCircuitBreaker: breaker, alarms } = row.service.deploymentConfiguration ?? {}
  if (breaker?.enable === true && primary.breakerFailures >= failureThreshold(row.service.desiredCount, breaker)) {
    return { by: 'ECS deployment circuit breaker', cause: 'tasks failed to start', rollsBack: breaker.rollback, isTripped: true }
  }
  // What a rollback is to mend may go on for a while.
  const isRollingBack = serviceDeployment?.serviceDeployment.rollback !== undefined
  if (alarms?.enable === true && alarmsInAlarm.length > 0 && !isRollingBack) {
    return { by: 'ECS deployment alarms', cause: 'alarm detected', rollsBack: alarms.rollback, isTripped: false }
  }
  return undefined
}

const fail = (state: RolloutState, primary: DeploymentRecord, failure: Failure, context: RolloutContext): RolloutState => {
  const { now, completed } = context
  const { row, serviceDeployment } = state
  const reason = `${failure.by}: ${failure.cause}.`
  const failed: DeploymentRecord = { ...primary, rolloutState: 'FAILED', rolloutStateReason: reason, updatedAt: now }
  const told = [...state.messages, messages.deploymentFailed(row.service.serviceName, primary.id, failure.cause)]
  const isRollingBack = serviceDeployment?.serviceDeployment.rollback !== undefined
  const breaker = serviceDeployment?.serviceDeployment.deploymentCircuitBreaker
  const tripped =
    failure.isTripped && breaker !== undefined ? { deploymentCircuitBreaker: { ...breaker, status: 'TRIGGERED' as const } } : {}
  const target = completed?.revision.serviceRevisionArn === primary.serviceRevisionArn ? undefined : completed
  if (failure.rollsBack && !isRollingBack && target !== undefined) {
    return rollBack({ ...state, messages: told }, failed, { target, reason, by: failure.by, tripped }, now)
  }
  const wantsRollback = failure.rollsBack || isRollingBack
  return {
    row: { ...row, deployments: [failed, ...row.deployments.slice(1)] },
    serviceDeployment: revise(
      serviceDeployment,
      {
        ...tripped,
        status: wantsRollback ? 'ROLLBACK_FAILED' : 'STOPPED',
        statusReason: wantsRollback && !isRollingBack ? `${reason} No rollback candidate was found to run the rollback.` : reason,
        finishedAt: epochSeconds(now),
        ...(wantsRollback ? {} : { stoppedAt: epochSeconds(now) }),
      },
      now,
    ),
    messages: told,
  }
}

interface RollbackPlan {
  readonly target: ServiceRevisionRow
  readonly reason: string
  readonly by: string
  readonly tripped: Partial<ServiceDeploymentRow['serviceDeployment']>
}

/** The last completed deployment is PRIMARY again, under its own id; where it is still there, with the tasks that it has. */
const rollBack = (state: RolloutState, failed: DeploymentRecord, plan: RollbackPlan, now: number): RolloutState => {
  const { row, serviceDeployment } = state
  const { serviceRevisionArn } = plan.target.revision
  const id = `ecs-svc/${nameInArn(serviceRevisionArn)}`
  const former = row.deployments.find(each => each.id === id)
  const { lastFailureAt: _, unplacedAt: __, ...kept } = former ?? failed
  const primary: DeploymentRecord = {
    ...kept,
    id,
    serviceRevisionArn,
    createdAt: former?.createdAt ?? now,
    status: 'PRIMARY',
    desiredCount: row.service.desiredCount,
    failedTasks: 0,
    breakerFailures: 0,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `${plan.by}: rolling back to deploymentId ${id}.`,
    updatedAt: now,
    ...(failed.serviceDeploymentArn === undefined ? {} : { serviceDeploymentArn: failed.serviceDeploymentArn }),
  }
  const others = [failed, ...row.deployments.slice(1).filter(each => each.id !== id)]
  return {
    row: {
      ...withSettingsOf(row, plan.target),
      deployments: [primary, ...others.map((each): DeploymentRecord => ({ ...each, status: 'ACTIVE' }))],
    },
    serviceDeployment: revise(
      serviceDeployment,
      {
        ...plan.tripped,
        status: 'ROLLBACK_IN_PROGRESS',
        statusReason: plan.reason,
        rollback: { reason: plan.reason, startedAt: epochSeconds(now), serviceRevisionArn },
      },
      now,
    ),
    messages: [...state.messages, messages.rollingBack(row.service.serviceName, id)],
  }
}

/** A service shows the settings of the revision that it runs. */
const withSettingsOf = (row: ServiceRow, { revision, enableExecuteCommand }: ServiceRevisionRow): ServiceRow => ({
  ...row,
  service: {
    ...row.service,
    taskDefinition: revision.taskDefinition,
    launchType: revision.launchType,
    capacityProviderStrategy: revision.capacityProviderStrategy,
    platformVersion: revision.platformVersion,
    platformFamily: revision.platformFamily,
    loadBalancers: revision.loadBalancers ?? [],
    serviceRegistries: revision.serviceRegistries ?? [],
    networkConfiguration: revision.networkConfiguration,
    enableExecuteCommand,
  },
})

/** An ACTIVE deployment is gone with its last task. */
const withoutDrained = (state: RolloutState, { tasks }: RolloutContext): RolloutState => {
  const present = new Set(tasks.filter(({ isOver }) => !isOver).map(({ deploymentId }) => deploymentId))
  const deployments = state.row.deployments.filter(({ id, status }) => status === 'PRIMARY' || present.has(id))
  return deployments.length === state.row.deployments.length ? state : { ...state, row: { ...state.row, deployments } }
}

const isDone = ({ row }: RolloutState, primary: DeploymentRecord, { tasks }: RolloutContext): boolean => {
  const present = tasks.filter(({ isOver }) => !isOver)
  if (present.some(({ deploymentId, isWanted }) => deploymentId !== primary.id || !isWanted)) return false
  return present.length === row.service.desiredCount && present.every(({ health }) => health === 'ready')
}

const complete = (state: RolloutState, primary: DeploymentRecord, { now }: RolloutContext): RolloutState => {
  const { row, serviceDeployment } = state
  const completed: DeploymentRecord = {
    ...primary,
    rolloutState: 'COMPLETED',
    rolloutStateReason: completedReason(primary.id),
    updatedAt: now,
  }
  const known = serviceDeployment?.serviceDeployment
  const breaker = known?.deploymentCircuitBreaker
  const changes: Partial<ServiceDeploymentRow['serviceDeployment']> = {
    status: known?.rollback === undefined ? 'SUCCESSFUL' : 'ROLLBACK_SUCCESSFUL',
    finishedAt: epochSeconds(now),
    ...(breaker?.status === 'MONITORING' ? { deploymentCircuitBreaker: { ...breaker, status: 'MONITORING_COMPLETE' } } : {}),
  }
  const isOwn = serviceDeployment !== undefined && isOngoing(serviceDeployment)
  return {
    row: { ...row, deployments: [completed, ...row.deployments.slice(1)], completedRevisionArn: primary.serviceRevisionArn },
    serviceDeployment: isOwn ? revise(serviceDeployment, changes, now) : serviceDeployment,
    messages: [...state.messages, messages.deploymentCompleted(row.service.serviceName, primary.id)],
  }
}
