import { Type } from '@sinclair/typebox'
import type { Clock } from '../../shared/clock.ts'
import { type Removal, removed } from '../domain/task-removal.ts'
import { type AdminRoute, refuseAdmin } from '../http/admin.ts'
import { jsonRoute } from '../http/json-route.ts'
import type { Wake } from '../reconcilers/reconciler.ts'
import type { Store } from '../store/store.ts'
import { type TaskRow, tasks } from '../store/tables.ts'

export interface TaskRoutesParts {
  readonly store: Store
  readonly clock: Clock
  readonly wake: Wake
}

const body = Type.Object({ task: Type.String({ minLength: 1, maxLength: 2048, description: 'an ARN or a whole id' }) })

/**
 * `POST /tasks/interrupt` and `POST /tasks/retire`: `{"task": ARN or id}`. They answer the task's `taskArn`, `stopCode` and
 * `stoppedReason`; 404 where there is no such task, and 409 where AWS would not do that to it.
 */
export const taskRoutes = (parts: TaskRoutesParts): readonly AdminRoute[] => [
  removalRoute(parts, 'interrupt'),
  removalRoute(parts, 'retire'),
]

const removalRoute = ({ store, clock, wake }: TaskRoutesParts, removal: Removal): AdminRoute =>
  jsonRoute(`/tasks/${removal}`, body, async ({ task: asked }) => {
    const outcome = await store.commit(transaction => {
      const row = find(store, asked)
      if (row === undefined) return undefined
      const change = removed(row, removal, clock.now())
      if ('row' in change) transaction.put(tasks, change.row)
      return change
    })
    if (outcome === undefined) return refuseAdmin(`There is no task ${asked}.\nName it by its ARN or its whole id.`, 404)
    if ('refused' in outcome) return refuseAdmin(outcome.refused, 409)
    const { task, serviceArn } = outcome.row
    wake('task', task.taskArn)
    if (serviceArn !== undefined) wake('service', serviceArn)
    return { taskArn: task.taskArn, ...outcome.stop }
  })

const find = (store: Store, idOrArn: string): TaskRow | undefined => {
  const known = store.table(tasks).get(idOrArn)
  if (known !== undefined) return known
  for (const row of store.table(tasks).all()) if (row.taskId === idOrArn) return row
  return undefined
}
