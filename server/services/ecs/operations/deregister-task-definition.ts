import { ServiceError } from '../../../aws/errors.ts'
import type { DeregisterTaskDefinitionRequest, DeregisterTaskDefinitionResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { taskDefinitions } from '../../../store/tables.ts'
import type { TaskDefinitionRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findTaskDefinition, taskDefinitionNameIn } from '../find-task-definition.ts'

/**
 * Makes a revision INACTIVE: what runs of it goes on, and it can be described. One that is INACTIVE is answered as it is.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
 */
export async function deregisterTaskDefinition(
  context: EcsContext,
  input: DeregisterTaskDefinitionRequest,
): Promise<DeregisterTaskDefinitionResponse> {
  if (taskDefinitionNameIn(input.taskDefinition).revision === undefined) {
    throw new ServiceError('ClientException', 'Revision is missing.')
  }
  const row = await context.store.commit(transaction => {
    const found = findTaskDefinition(context, input.taskDefinition)
    if (found === undefined) throw new ServiceError('ClientException', 'Unable to describe task definition.')
    if (found.taskDefinition.status !== 'ACTIVE') return found
    const deregisteredAt = epochSeconds(context.clock.now())
    const inactive: TaskDefinitionRow = { ...found, taskDefinition: { ...found.taskDefinition, status: 'INACTIVE', deregisteredAt } }
    transaction.put(taskDefinitions, inactive)
    return inactive
  })
  return { taskDefinition: row.taskDefinition }
}
