import { epochSeconds } from '../../../shared/clock.ts'
import type { DeploymentRecord, ServiceDeploymentRow } from '../../store/service-tables.ts'
import * as messages from './messages.ts'
import { completedReason, isOngoing } from './records.ts'
import { type RolloutContext, type RolloutState, revise } from './rollout-state.ts'

/** Ends the PRIMARY deployment well; a rollback that ends so was one that succeeded. */
export const complete = (state: RolloutState, primary: DeploymentRecord, { now }: Pick<RolloutContext, 'now'>): RolloutState => {
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
  const alarms = known?.alarms
  const watched = alarms?.status === 'MONITORING' ? { alarms: { ...alarms, status: 'MONITORING_COMPLETE' as const } } : {}
  const isOwn = serviceDeployment !== undefined && isOngoing(serviceDeployment)
  return {
    row: { ...row, deployments: [completed, ...row.deployments.slice(1)], completedRevisionArn: primary.serviceRevisionArn },
    serviceDeployment: isOwn ? revise(serviceDeployment, { ...changes, ...watched }, now) : serviceDeployment,
    messages: [...state.messages, messages.deploymentCompleted(row.service.serviceName, primary.id)],
  }
}
