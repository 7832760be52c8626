import type { UpdateTaskProtectionRequest, UpdateTaskProtectionResponse } from '../../../aws/generated/ecs.ts'
import { tasks } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { protectableTasks, shownProtection } from '../tasks/protection.ts'

const standardMinutes = 120
const mostMinutes = 2880

/**
 * Protects tasks of services from scaling in and from deployments for a time, or ends that.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskProtection.html
 */
export async function updateTaskProtection(context: EcsContext, input: UpdateTaskProtectionRequest): Promise<UpdateTaskProtectionResponse> {
  const { expiresInMinutes: minutes = standardMinutes, protectionEnabled } = input
  refuseIf(
    protectionEnabled && (minutes < 1 || minutes > mostMinutes),
    `Invalid value for expiresInMinutes: ${minutes}. Valid values are between 1 and ${mostMinutes}.`,
  )
  const now = context.clock.now()
  const { rows, failures } = await context.store.commit(transaction => {
    const cluster = findCluster(context, input.cluster)
    const found = protectableTasks(context, cluster, input.tasks, 10)
    const changed = found.rows.map(({ protectedUntil: _before, ...row }) => ({
      ...row,
      ...(protectionEnabled ? { protectedUntil: now + minutes * 60_000 } : {}),
    }))
    for (const row of changed) transaction.put(tasks, row)
    return { rows: changed, failures: found.failures }
  })
  return { protectedTasks: rows.map(row => shownProtection(row, now)), failures }
}
