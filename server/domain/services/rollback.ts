import { epochSeconds } from '../../../shared/clock.ts'
import type { DeploymentRecord, ServiceDeploymentRow, ServiceRevisionRow, ServiceRow } from '../../store/service-tables.ts'
import { nameInArn } from '../arn.ts'
import * as messages from './messages.ts'
import { type RolloutContext, type RolloutState, revise } from './rollout-state.ts'
import { isStaged, rollbackProgress } from './stages.ts'

export interface Failure {
  /** As the rollout's reason and the event tell it. */
  readonly by: string
  readonly cause: string
  readonly rollsBack: boolean
  readonly isTripped: boolean
  /** As the service deployment tells it when it rolls back, where AWS's words are others. */
  readonly statusReason?: string
  /** Names of the alarms that it failed by. */
  readonly alarms?: readonly string[]
}

/** AWS's words where there is nothing to roll back to. */
const noCandidate = 'No rollback candidate was found to run the rollback.'

/** Ends the PRIMARY deployment as failed: it is rolled back, where that is asked for and possible, or stays as it is. */

export const fail = (state: RolloutState, primary: DeploymentRecord, failure: Failure, context: RolloutContext): RolloutState => {
  const { now, completed } = context
  const { row, serviceDeployment } = state
  const reason = `${failure.by}: ${failure.cause}.`
  const failed: DeploymentRecord = { ...primary, rolloutState: 'FAILED', rolloutStateReason: reason, updatedAt: now }
  const told = [...state.messages, messages.deploymentFailed(row.service.serviceName, primary.id, failure.cause)]
  const isRollingBack = serviceDeployment?.serviceDeployment.rollback !== undefined
  const breaker = serviceDeployment?.serviceDeployment.deploymentCircuitBreaker
  const known = serviceDeployment?.serviceDeployment.alarms
  const tripped = {
    ...(failure.isTripped && breaker !== undefined ? { deploymentCircuitBreaker: { ...breaker, status: 'TRIGGERED' as const } } : {}),
    ...(failure.alarms === undefined ? {} : { alarms: { ...known, status: 'TRIGGERED' as const, triggeredAlarmNames: failure.alarms } }),
  }
  const target = completed?.revision.serviceRevisionArn === primary.serviceRevisionArn ? undefined : completed
  if (failure.rollsBack && !isRollingBack && target !== undefined) {
    const statusReason = failure.statusReason ?? reason
    return rollBack({ ...state, messages: told }, failed, { target, reason: statusReason, by: failure.by, tripped }, now)
  }
  const wantsRollback = failure.rollsBack || isRollingBack
  return {
    row: { ...row, deployments: [failed, ...row.deployments.slice(1)] },
    serviceDeployment: revise(
      serviceDeployment,
      {
        ...tripped,
        status: wantsRollback ? 'ROLLBACK_FAILED' : 'STOPPED',
        statusReason: wantsRollback && !isRollingBack ? noCandidate : reason,
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
      serviceDeployment === undefined ? undefined : turned(serviceDeployment, serviceRevisionArn, now),
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

/** On the way back to a revision. A rolling deployment has no stages then but to put things in order, and no hooks. */
const turned = (row: ServiceDeploymentRow, sourceRevisionArn: string, now: number): ServiceDeploymentRow => {
  const { progress, ...rest } = row
  if (progress === undefined) return row
  if (isStaged(row)) return { ...rest, progress: { ...rollbackProgress(progress, now), sourceRevisionArn } }
  return progress.stage === 'RECONCILE_SERVICE' ? { ...rest, progress: { ...progress, hooks: [] } } : rest
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
