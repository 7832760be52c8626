import { watchedAlarms } from '../reconcilers/deployment-alarms.ts'
import { callsOf } from '../reconcilers/lifecycle-hook.ts'
import type { Wake } from '../reconcilers/reconciler.ts'
import { targetGroupUses, targetGroups, targetHealth, targetKey, targets } from '../store/elbv2-tables.ts'
import { scalableTargets } from '../store/autoscaling-tables.ts'
import { containerInstances } from '../store/ecs-tables.ts'
import { connectEndpoints } from '../store/connect-tables.ts'
import { serviceDeployments } from '../store/service-tables.ts'
import type { Change, Store } from '../store/store.ts'
import { tasks } from '../store/tables.ts'

/** Wakes whom a change concerns, whoever made it. The answer ends it. */
export const wakeOnChanges = (store: Store, wake: Wake): (() => void) => {
  /** What becomes of a service's tasks, and of a daemon's, is its scheduler's business. */
  const wakeServiceOf = (taskArn: string | undefined): void => {
    const row = taskArn === undefined ? undefined : store.table(tasks).get(taskArn)
    if (row === undefined || row.isAccountedFor === true) return
    if (row.serviceArn !== undefined) wake('service', row.serviceArn)
    if (row.daemonArn !== undefined) wake('daemon', row.daemonArn)
  }
  /** Whether they are checked, and what their services make of it, depends on their group. */
  const wakeTargetsOf = (targetGroupArn: string | undefined): void => {
    for (const { target, taskArn } of store.table(targets).by('targetGroup', targetGroupArn ?? '')) {
      wake('target', targetKey(targetGroupArn ?? '', target))
      wakeServiceOf(taskArn)
    }
  }
  const concerned: Readonly<Record<string, (change: Change) => void>> = {
    [tasks.name]: ({ key }) => wakeServiceOf(key),
    // Services' tasks leave a machine that is drained.
    [containerInstances.name]: ({ key }) => {
      for (const { task } of store.table(tasks).by('containerInstance', key)) wakeServiceOf(task.taskArn)
    },
    [targets.name]: ({ key, before, after }) => {
      wake('target', key)
      const targetGroupArn = textIn(after, 'targetGroupArn')
      if (targetGroupArn !== undefined) wake('target-group', targetGroupArn)
      wakeServiceOf(textIn(after ?? before, 'taskArn'))
    },
    [serviceDeployments.name]: ({ key }) => {
      const row = store.table(serviceDeployments).get(key)
      if (row === undefined) return
      if (callsOf(row).length > 0) wake('lifecycle-hook', key)
      if (watchedAlarms(row).length > 0) wake('deployment-alarms', key)
    },
    [scalableTargets.name]: ({ key }) => wake('scaling', key),
    [connectEndpoints.name]: ({ key }) => wake('connect-name', key.slice(0, key.lastIndexOf(':'))),
    [targetHealth.name]: ({ key }) => wakeServiceOf(store.table(targets).get(key)?.taskArn),
    [targetGroups.name]: ({ key }) => wakeTargetsOf(key),
    [targetGroupUses.name]: ({ before, after }) => wakeTargetsOf(textIn(after ?? before, 'targetGroupArn')),
  }
  return store.watch(changes => {
    for (const change of changes) concerned[change.table]?.(change)
  })
}

/** A member of a row whose table is known by name alone. */
const textIn = (row: object | undefined, member: string): string | undefined => {
  const found = row === undefined ? undefined : Object.entries(row).find(([name]) => name === member)?.[1]
  return typeof found === 'string' ? found : undefined
}
