import type { Failure, ProtectedTask } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { tasks } from '../../../store/tables.ts'
import type { ClusterRow, TaskRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { taskArnIn } from './find-task.ts'
import { refuseIf, refuseMoreThan } from './invalid-parameter.ts'

/** What a call on the protection of tasks finds: the tasks of services that run, and why others are not among them. */
export interface Protectable {
  readonly rows: readonly TaskRow[]
  readonly failures: readonly Failure[]
}

/** Throws InvalidParameterException for no task, more than `limit`, and what is no task's id or ARN. */
export function protectableTasks(context: EcsContext, cluster: ClusterRow, asked: readonly string[], limit: number): Protectable {
  refuseIf(asked.length === 0, 'Tasks cannot be empty.')
  refuseMoreThan('taskIds', asked, limit)
  const rows: TaskRow[] = []
  const failures: Failure[] = []
  for (const arn of new Set(asked.map(task => taskArnIn(context, cluster, task)))) {
    const row = context.store.table(tasks).get(arn)
    if (row === undefined) failures.push({ arn, reason: 'MISSING' })
    else if (row.task.group?.startsWith('service:') !== true || row.task.lastStatus === 'STOPPED') {
      failures.push({ arn, reason: 'TASK_NOT_VALID' })
    } else rows.push(row)
  }
  return { rows, failures }
}

/** Whether scaling in and deployments leave a task alone, at a time in milliseconds. */
export const isProtected = ({ protectedUntil }: TaskRow, now: number): boolean => protectedUntil !== undefined && protectedUntil > now

export const shownProtection = (row: TaskRow, now: number): ProtectedTask => ({
  taskArn: row.task.taskArn,
  protectionEnabled: isProtected(row, now),
  ...(isProtected(row, now) && row.protectedUntil !== undefined ? { expirationDate: epochSeconds(row.protectedUntil) } : {}),
})
