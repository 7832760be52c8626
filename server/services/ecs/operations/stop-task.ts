import type { StopTaskRequest, StopTaskResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { tasks } from '../../../store/tables.ts'
import type { TaskRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { taskArnIn } from '../tasks/find-task.ts'
import { invalidParameter, refuseLongerThan } from '../tasks/invalid-parameter.ts'
import { shownTask } from '../tasks/shown-task.ts'

/**
 * Asks for a task's end; the task reconciler brings it about. A task that is to stop already is answered as it is:
 * what asked first stays its reason.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html
 */
export async function stopTask(context: EcsContext, request: StopTaskRequest): Promise<StopTaskResponse> {
  const cluster = findCluster(context, request.cluster)
  const arn = taskArnIn(context, cluster, request.task)
  refuseLongerThan('reason', request.reason, 1024)
  const row = await context.store.commit(transaction => {
    const found = context.store.table(tasks).get(arn)
    if (found === undefined) throw invalidParameter('The referenced task was not found.')
    if (found.task.desiredStatus === 'STOPPED') return found
    const stopped = askedToStop(found, request.reason, context.clock.now())
    transaction.put(tasks, stopped)
    return stopped
  })
  context.wake('task', arn)
  return { task: shownTask(row, { withTags: true }) }
}

const askedToStop = (row: TaskRow, reason: string | undefined, now: number): TaskRow => ({
  ...row,
  task: {
    ...row.task,
    desiredStatus: 'STOPPED',
    stopCode: 'UserInitiated',
    stoppedReason: reason === undefined || reason === '' ? 'Task stopped by user' : reason,
    stoppingAt: epochSeconds(now),
    version: row.task.version + 1,
  },
})
