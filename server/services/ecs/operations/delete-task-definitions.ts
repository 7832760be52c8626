import type { DeleteTaskDefinitionsRequest, DeleteTaskDefinitionsResponse, Failure, TaskDefinition } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { identifyTaskDefinition } from '../../../domain/identifier.ts'
import { taskDefinitions } from '../../../store/tables.ts'
import type { TaskDefinitionRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findTaskDefinition } from '../find-task-definition.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'

/**
 * Deletes INACTIVE revisions: they are DELETE_IN_PROGRESS until nothing runs of them any more, then they are gone.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html
 */
export async function deleteTaskDefinitions(
  context: EcsContext,
  input: DeleteTaskDefinitionsRequest,
): Promise<DeleteTaskDefinitionsResponse> {
  refuseIf(input.taskDefinitions.length === 0, 'Task definitions can not be empty.')
  refuseMoreThan('Task definitions', input.taskDefinitions, 10)
  const deleteRequestedAt = epochSeconds(context.clock.now())
  const answer = await context.store.commit(transaction => {
    const deleted: TaskDefinitionRow['taskDefinition'][] = []
    const failures: Failure[] = []
    for (const arn of new Set(input.taskDefinitions)) {
      const found = findDeletable(context, arn)
      if ('reason' in found) {
        failures.push({ arn, reason: found.reason })
        continue
      }
      const taskDefinition = { deleteRequestedAt, ...found.taskDefinition, status: 'DELETE_IN_PROGRESS' as const }
      transaction.put(taskDefinitions, { ...found, taskDefinition })
      deleted.push(taskDefinition)
    }
    return { deleted, failures }
  })
  for (const { taskDefinitionArn } of answer.deleted) context.wake('task-definition', taskDefinitionArn)
  return { taskDefinitions: answer.deleted satisfies readonly TaskDefinition[], failures: answer.failures }
}

function findDeletable(context: EcsContext, name: string): TaskDefinitionRow | { readonly reason: string } {
  const identified = identifyTaskDefinition(name)
  if ('problem' in identified || identified.revision === undefined) {
    return { reason: 'The specified task definition identifier is invalid. Specify a valid name or ARN and try again.' }
  }
  const row = findTaskDefinition(context, name)
  if (row === undefined) {
    return { reason: 'The specified task definition does not exist. Specify a valid account, family, revision and try again.' }
  }
  if (row.taskDefinition.status === 'ACTIVE') {
    return { reason: 'The specified task definition is still in ACTIVE status. Please deregister the target and try again.' }
  }
  return row
}
