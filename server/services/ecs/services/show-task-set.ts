import type { TaskSet } from '../../../aws/generated/ecs.ts'
import { type TaskCounts, noTasks } from '../../../domain/services/counts.ts'
import type { ServiceRow, TaskSetRow } from '../../../store/service-tables.ts'

/** How many tasks a task set is to have: its share of the service's desired count, rounded up, as on AWS. */
export const computedDesiredCount = (desiredCount: number, { taskSet }: TaskSetRow): number =>
  taskSet.status === 'DRAINING' ? 0 : Math.ceil((desiredCount * taskSet.scale.value) / 100)

/** A task set as answers show it. `counts` are those of its service. */
export function showTaskSet(
  row: TaskSetRow,
  { service }: ServiceRow,
  counts: ReadonlyMap<string, TaskCounts>,
  options: { readonly withTags: boolean },
): TaskSet {
  const { runningCount, pendingCount } = counts.get(row.taskSet.id) ?? noTasks
  return {
    ...row.taskSet,
    computedDesiredCount: computedDesiredCount(service.desiredCount, row),
    runningCount,
    pendingCount,
    ...(options.withTags ? { tags: row.tags } : {}),
  }
}
