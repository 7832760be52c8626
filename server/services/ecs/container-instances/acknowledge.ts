import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { taskArnIn } from '../tasks/find-task.ts'

/** What ECS answers its agent. Throws for a cluster that is not there and for what can be no task's id or ARN. */
export function acknowledge(
  context: EcsContext,
  input: { readonly cluster?: string | undefined; readonly task?: string | undefined },
): { readonly acknowledgment: string } {
  const cluster = findCluster(context, input.cluster)
  if (input.task !== undefined) taskArnIn(context, cluster, input.task)
  return { acknowledgment: 'ACK' }
}
