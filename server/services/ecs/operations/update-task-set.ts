import { epochSeconds } from '../../../../shared/clock.ts'
import type { UpdateTaskSetRequest, UpdateTaskSetResponse } from '../../../aws/generated/ecs.ts'
import { taskSets } from '../../../store/service-tables.ts'
import type { TaskSetRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findTaskSet } from '../services/find-task-set.ts'
import { answerOf, scaleIn, taskSetService } from '../services/task-set-service.ts'

/**
 * Changes what share of its service's desired count a task set has.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskSet.html
 */
export async function updateTaskSet(context: EcsContext, request: UpdateTaskSetRequest): Promise<UpdateTaskSetResponse> {
  const value = scaleIn(request.scale)
  const { serviceArn, taskSet } = await context.store.commit(transaction => {
    const { row: service } = taskSetService(context, request)
    const found = findTaskSet(context, service, request.taskSet)
    const updatedAt = epochSeconds(context.clock.now())
    const changed: TaskSetRow = { ...found, taskSet: { ...found.taskSet, scale: { value, unit: 'PERCENT' }, updatedAt } }
    transaction.put(taskSets, changed)
    return answerOf(context, service, changed)
  })
  context.wake('service', serviceArn)
  return { taskSet }
}
