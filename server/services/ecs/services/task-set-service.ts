import { ServiceError } from '../../../aws/errors.ts'
import type { Scale, TaskSet } from '../../../aws/generated/ecs.ts'
import type { ServiceRow, TaskSetRow } from '../../../store/service-tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { findActiveService } from './find-service.ts'
import { tasksOf } from './show-service.ts'
import { showTaskSet } from './show-task-set.ts'

/**
 * The ACTIVE service that a call about task sets names, with its cluster. Throws InvalidParameterException for one that
 * ECS deploys itself, and what finding them throws.
 */
export function taskSetService(
  context: EcsContext,
  request: { readonly cluster: string; readonly service: string },
): { readonly cluster: ClusterRow; readonly row: ServiceRow } {
  const cluster = findCluster(context, request.cluster)
  const row = findActiveService(context, cluster, request.service)
  refuseIf(
    row.service.deploymentController?.type === 'ECS',
    'Task sets are only supported for services with the EXTERNAL or CODE_DEPLOY deployment controller.',
  )
  return { cluster, row }
}

/** Percent of a scale, all where none is given. Throws InvalidParameterException. */
export function scaleIn(scale: Scale | undefined): number {
  const { value = 100, unit = 'PERCENT' } = scale ?? {}
  if (unit !== 'PERCENT') throw new ServiceError('InvalidParameterException', 'The unit of a scale must be PERCENT.')
  refuseIf(!(value >= 0 && value <= 100), 'The value of a scale must be between 0.0 and 100.0.')
  return value
}

/** What a call that changes a task set answers, taken before anybody else can change it. */
export const answerOf = (
  context: EcsContext,
  row: ServiceRow,
  taskSet: TaskSetRow,
): { readonly serviceArn: string; readonly taskSet: TaskSet } => ({
  serviceArn: row.service.serviceArn,
  taskSet: showTaskSet(taskSet, row, tasksOf(context, row.service.serviceArn), { withTags: true }),
})
