import { epochSeconds } from '../../../shared/clock.ts'
import type { Deployment } from '../../aws/generated/ecs.ts'
import type { DeploymentRecord, ServiceRevisionRow } from '../../store/service-tables.ts'
import type { TaskRow } from '../../store/tables.ts'

export interface TaskCounts {
  readonly runningCount: number
  readonly pendingCount: number
}

export const noTasks: TaskCounts = { runningCount: 0, pendingCount: 0 }

const pendingStatuses: readonly string[] = ['PROVISIONING', 'PENDING', 'ACTIVATING']

/** How many tasks of each deployment or task set, by its id, are RUNNING and on their way there. */
export const countsOf = (tasks: Iterable<TaskRow>): ReadonlyMap<string, TaskCounts> => {
  const counts = new Map<string, TaskCounts>()
  for (const { task } of tasks) {
    const id = task.startedBy ?? ''
    const { runningCount, pendingCount } = counts.get(id) ?? noTasks
    counts.set(id, {
      runningCount: runningCount + (task.lastStatus === 'RUNNING' ? 1 : 0),
      pendingCount: pendingCount + (pendingStatuses.includes(task.lastStatus) && task.desiredStatus === 'RUNNING' ? 1 : 0),
    })
  }
  return counts
}

export const totalOf = (counts: ReadonlyMap<string, TaskCounts>): TaskCounts => {
  let { runningCount, pendingCount } = noTasks
  for (const each of counts.values()) {
    runningCount += each.runningCount
    pendingCount += each.pendingCount
  }
  return { runningCount, pendingCount }
}

/** A deployment as DescribeServices shows it. */
export const shownDeployment = (record: DeploymentRecord, { revision, connect }: ServiceRevisionRow, counts: TaskCounts): Deployment => ({
  id: record.id,
  status: record.status,
  taskDefinition: revision.taskDefinition,
  desiredCount: record.desiredCount,
  pendingCount: counts.pendingCount,
  runningCount: counts.runningCount,
  failedTasks: record.failedTasks,
  createdAt: epochSeconds(record.createdAt),
  updatedAt: epochSeconds(record.updatedAt),
  capacityProviderStrategy: revision.capacityProviderStrategy,
  launchType: revision.launchType,
  platformVersion: revision.platformVersion,
  platformFamily: revision.platformFamily,
  networkConfiguration: revision.networkConfiguration,
  rolloutState: record.rolloutState,
  rolloutStateReason: record.rolloutStateReason,
  serviceConnectConfiguration: revision.serviceConnectConfiguration,
  serviceConnectResources: connect?.registries.map(({ discoveryName, registryArn }) => ({ discoveryName, discoveryArn: registryArn })),
  volumeConfigurations: revision.volumeConfigurations,
  fargateEphemeralStorage: revision.fargateEphemeralStorage,
  vpcLatticeConfigurations: revision.vpcLatticeConfigurations,
})
