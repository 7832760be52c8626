import type { DescribeTasksRequest, DescribeTasksResponse } from '../../../aws/generated/ecs.ts'
import { tasks } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { taskArnIn } from '../tasks/find-task.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { shownTask } from '../tasks/shown-task.ts'

/**
 * Tasks by id or ARN, each once, in the order in which they are asked for.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
export function describeTasks(context: EcsContext, request: DescribeTasksRequest): DescribeTasksResponse {
  refuseIf(request.tasks.length === 0, 'Tasks cannot be empty.')
  refuseIf(request.tasks.length > 100, 'taskIds can have at most 100 items.')
  const cluster = findCluster(context, request.cluster)
  const arns = [...new Set(request.tasks.map(task => taskArnIn(context, cluster, task)))]
  const found = arns.map(arn => ({ arn, row: context.store.table(tasks).get(arn) }))
  const withTags = request.include?.includes('TAGS') ?? false
  return {
    tasks: found.flatMap(({ row }) => {
      if (row === undefined) return []
      const task = shownTask(row, { withTags })
      return [{ ...task, healthStatus: task.healthStatus ?? 'UNKNOWN' }]
    }),
    failures: found.flatMap(({ arn, row }) => (row === undefined ? [{ arn, reason: 'MISSING' }] : [])),
  }
}
