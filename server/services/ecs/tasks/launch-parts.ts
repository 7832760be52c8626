import { ServiceError } from '../../../aws/errors.ts'
import type { RunTaskRequest, Tag } from '../../../aws/generated/ecs.ts'
import type { ClusterRow, TaskDefinitionRow } from '../../../store/tables.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { findTaskDefinition, taskDefinitionNameIn } from '../find-task-definition.ts'
import { invalidParameter } from './invalid-parameter.ts'

type TagRequest = Pick<RunTaskRequest, 'enableECSManagedTags' | 'propagateTags' | 'tags'>

/**
 * The ACTIVE task definition that a call names. Throws ClientException where there is none and
 * InvalidParameterException for one of another account or that is not ACTIVE.
 */
export function definitionToLaunch(context: EcsContext, name: string): TaskDefinitionRow {
  const account = taskDefinitionNameIn(name).place?.account
  if (account !== undefined && account !== context.account) throw invalidParameter('AccountIDs mismatch')
  const definition = findTaskDefinition(context, name)
  if (definition === undefined) throw new ServiceError('ClientException', 'TaskDefinition not found.')
  if (definition.taskDefinition.status !== 'ACTIVE') throw invalidParameter('TaskDefinition is inactive')
  return definition
}

/** A new task's tags: the call's own win over the task definition's. Throws InvalidParameterException. */
export function tagsForLaunch(request: TagRequest, cluster: ClusterRow, definition: TaskDefinitionRow): readonly Tag[] {
  const own = checkTags(request.tags)
  const ownKeys = new Set(own.map(({ key }) => key))
  const propagated = request.propagateTags === 'TASK_DEFINITION' ? definition.tags.filter(({ key }) => !ownKeys.has(key)) : []
  const managed = request.enableECSManagedTags === true ? [{ key: 'aws:ecs:clusterName', value: cluster.cluster.clusterName }] : []
  return [...managed, ...checkTags([...own, ...propagated])]
}
