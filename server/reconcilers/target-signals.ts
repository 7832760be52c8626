import type { TargetHealth } from '../domain/services/task-view.ts'
import * as messages from '../domain/services/messages.ts'
import { targetHealthOf } from '../domain/elbv2/target-health.ts'
import { nameInArn } from '../domain/arn.ts'
import { targetGroupUses, targetGroups, targetHealth, targetKey, targets } from '../store/elbv2-tables.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import type { TaskLoadBalancer, TaskRow } from '../store/tables.ts'

/**
 * How the load balancers of a task find it: as its worst target is. What no load balancer checks says nothing of a task:
 * a target group that was deleted, that no listener uses or whose checks are off, and a target that a user deregistered.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-healthcheck.html
 */
export const taskTargetHealth =
  (store: Store, now: () => number) =>
  ({ service: { serviceName } }: ServiceRow, row: TaskRow): TargetHealth | undefined => {
    if (row.loadBalancers === undefined) return undefined
    const found = row.loadBalancers.flatMap(entry => entryHealth(store, now(), serviceName, row, entry) ?? [])
    if (found.length === 0) return undefined
    return found.find(({ is }) => is === 'unhealthy') ?? found.find(({ is }) => is === 'initial') ?? { is: 'healthy' }
  }

const entryHealth = (
  store: Store,
  now: number,
  serviceName: string,
  task: TaskRow,
  { targetGroupArn, target }: TaskLoadBalancer,
): TargetHealth | undefined => {
  const group = store.table(targetGroups).get(targetGroupArn)
  if (group === undefined) return undefined
  if (target === undefined) return { is: 'initial' }
  const key = targetKey(targetGroupArn, target)
  const { State: state, Description: description = '' } = targetHealthOf({
    row: store.table(targets).get(key),
    found: store.table(targetHealth).get(key),
    targetGroup: group.targetGroup,
    isUsed: store.table(targetGroupUses).count('targetGroup', targetGroupArn) > 0,
    now,
  })
  if (state === 'initial') return { is: 'initial' }
  if (state === 'healthy') return { is: 'healthy' }
  if (state !== 'unhealthy') return undefined
  const who = group.targetGroup.TargetType === 'instance' ? `(instance ${target.Id})` : `(task ${nameInArn(task.task.taskArn)})`
  return {
    is: 'unhealthy',
    stoppedReason: `Task failed ELB health checks in (target-group ${targetGroupArn})`,
    message: messages.failedTargetHealth(serviceName, `${who} (port ${target.Port ?? ''})`, targetGroupArn, description),
  }
}
