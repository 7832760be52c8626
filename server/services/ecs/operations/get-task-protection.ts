import type { GetTaskProtectionRequest, GetTaskProtectionResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { protectableTasks, shownProtection } from '../tasks/protection.ts'

/**
 * Whether tasks of services are protected, and until when.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html
 */
export function getTaskProtection(context: EcsContext, input: GetTaskProtectionRequest): GetTaskProtectionResponse {
  const cluster = findCluster(context, input.cluster)
  const { rows, failures } = protectableTasks(context, cluster, input.tasks ?? [], 100)
  return { protectedTasks: rows.map(row => shownProtection(row, context.clock.now())), failures }
}
