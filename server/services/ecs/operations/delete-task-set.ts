// Differs from AWS: the text of the refusal is kecs' own, for AWS' is not known.
import { epochSeconds } from '../../../../shared/clock.ts'
import type { DeleteTaskSetRequest, DeleteTaskSetResponse } from '../../../aws/generated/ecs.ts'
import { taskSets } from '../../../store/service-tables.ts'
import type { TaskSetRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findTaskSet } from '../services/find-task-set.ts'
import { computedDesiredCount } from '../services/show-task-set.ts'
import { answerOf, taskSetService } from '../services/task-set-service.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/**
 * Makes a task set DRAINING; the service reconciler stops its tasks and removes it. Only with force is one deleted that
 * was not scaled down.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskSet.html
 */
export async function deleteTaskSet(context: EcsContext, request: DeleteTaskSetRequest): Promise<DeleteTaskSetResponse> {
  const { serviceArn, taskSet } = await context.store.commit(transaction => {
    const { row: service } = taskSetService(context, request)
    const found = findTaskSet(context, service, request.taskSet)
    refuseIf(
      request.force !== true && computedDesiredCount(service.service.desiredCount, found) > 0,
      'The task set cannot be deleted while it is scaled above 0.',
    )
    const changed: TaskSetRow = {
      ...found,
      taskSet: { ...found.taskSet, status: 'DRAINING', updatedAt: epochSeconds(context.clock.now()) },
    }
    transaction.put(taskSets, changed)
    return answerOf(context, service, changed)
  })
  context.wake('service', serviceArn)
  return { taskSet }
}
