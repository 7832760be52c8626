import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeTaskDefinitionRequest, DescribeTaskDefinitionResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { findTaskDefinition } from '../find-task-definition.ts'

/**
 * Describes a revision of any status, or a family's newest ACTIVE one.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
 */
export function describeTaskDefinition(context: EcsContext, input: DescribeTaskDefinitionRequest): DescribeTaskDefinitionResponse {
  const row = findTaskDefinition(context, input.taskDefinition)
  if (row === undefined) throw new ServiceError('ClientException', 'Unable to describe task definition.')
  return { taskDefinition: row.taskDefinition, tags: input.include?.includes('TAGS') === true ? row.tags : [] }
}
