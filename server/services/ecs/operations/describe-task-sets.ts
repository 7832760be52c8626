import type { DescribeTaskSetsRequest, DescribeTaskSetsResponse } from '../../../aws/generated/ecs.ts'
import { ecsArn } from '../../../domain/arn.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { taskSetIdIn, taskSetsOf } from '../services/find-task-set.ts'
import { tasksOf } from '../services/show-service.ts'
import { showTaskSet } from '../services/show-task-set.ts'
import { taskSetService } from '../services/task-set-service.ts'

/**
 * The task sets of a service, or those that are asked for by id or ARN; what is not there is among the failures as MISSING.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskSets.html
 */
export function describeTaskSets(context: EcsContext, request: DescribeTaskSetsRequest): DescribeTaskSetsResponse {
  const { row } = taskSetService(context, request)
  const all = taskSetsOf(context, row)
  const asked = new Set((request.taskSets ?? []).map(idOrArn => taskSetIdIn(row, idOrArn)))
  const counts = tasksOf(context, row.service.serviceArn)
  const withTags = request.include?.includes('TAGS') ?? false
  const there = new Set(all.map(({ taskSet }) => taskSet.id))
  return {
    taskSets: all
      .filter(({ taskSet }) => asked.size === 0 || asked.has(taskSet.id))
      .map(taskSet => showTaskSet(taskSet, row, counts, { withTags })),
    failures: [...asked].filter(id => !there.has(id)).map(id => ({ arn: taskSetArn(context, row, id), reason: 'MISSING' })),
  }
}

const taskSetArn = (context: EcsContext, { service }: ServiceRow, id: string): string =>
  ecsArn(context, `task-set/${service.serviceArn.slice(service.serviceArn.indexOf(':service/') + ':service/'.length)}/${id}`)
