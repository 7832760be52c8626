import { epochSeconds } from '../../../shared/clock.ts'
import type { ServiceDeploymentRow, ServiceRow } from '../../store/service-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import { scalingReason } from './failures.ts'
import { askedToStop } from './plan.ts'
import { isOngoing } from './records.ts'
import type { TaskView } from './task-view.ts'

export interface DrainPlan {
  readonly row: ServiceRow
  readonly serviceDeployment: ServiceDeploymentRow | undefined
  readonly stops: readonly TaskView[]
  readonly changed: readonly TaskRow[]
}

/**
 * A service that was deleted: its tasks stop, protected ones too, and once the last has stopped it is INACTIVE.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
 */
export const planDrain = (
  row: ServiceRow,
  serviceDeployment: ServiceDeploymentRow | undefined,
  tasks: readonly TaskView[],
  now: number,
): DrainPlan => {
  const stops = tasks.filter(({ isWanted, isOver }) => isWanted && !isOver)
  const isEmpty = tasks.every(({ isOver }) => isOver)
  return {
    row: isEmpty ? { ...row, service: { ...row.service, status: 'INACTIVE' }, deployments: [], deletedAt: now } : row,
    serviceDeployment: serviceDeployment === undefined ? undefined : ended(serviceDeployment, now),
    stops,
    changed: [
      ...stops.map(task => askedToStop(task.row, scalingReason(task.deploymentId), now)),
      ...tasks.filter(({ isOver }) => isOver).map((task): TaskRow => ({ ...task.row, isAccountedFor: true })),
    ],
  }
}

/** AWS's own words for the reason are not known. */
const ended = (row: ServiceDeploymentRow, now: number): ServiceDeploymentRow =>
  isOngoing(row)
    ? {
        ...row,
        serviceDeployment: {
          ...row.serviceDeployment,
          status: 'STOPPED',
          statusReason: 'The service was deleted.',
          stoppedAt: epochSeconds(now),
          finishedAt: epochSeconds(now),
          updatedAt: epochSeconds(now),
        },
      }
    : row
