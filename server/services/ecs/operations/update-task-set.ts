import { epochSeconds } from '../../../../shared/clock.ts'
import type { UpdateTaskSetRequest, UpdateTaskSetResponse } from '../../../aws/generated/ecs.ts'
import { taskSets } from '../../../store/service-tables.ts'
import type { TaskSetRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findTaskSet } from '../services/find-task-set.ts'
import { tasksOf } from '../services/show-service.ts'
import { showTaskSet } from '../services/show-task-set.ts'
import { scaleIn, taskSetService } from '../services/task-set-service.ts'

/**
 * Changes what share of its service's desired count a task set has.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskSet.html
 */
export async function updateTaskSet(context: EcsContext, request: UpdateTaskSetRequest): Promise<UpdateTaskSetResponse> {
  const value = scaleIn(request.scale)
  const { row, scaled } = await context.store.commit(transaction => {
    const { row: service } = taskSetService(context, request)
    const found = findTaskSet(context, service, request.taskSet)
    const updatedAt = epochSeconds(context.clock.now())
    const changed: TaskSetRow = { ...found, taskSet: { ...found.taskSet, scale: { value, unit: 'PERCENT' }, updatedAt } }
    transaction.put(taskSets, changed)
    return { row: service, scaled: changed }
  })
  context.wake('service', row.service.serviceArn)
  return { taskSet: showTaskSet(scaled, row, tasksOf(context, row.service.serviceArn), { withTags: true }) }
}
