import type { Cluster, ClusterField, KeyValuePair } from '../../../aws/generated/ecs.ts'
import { isSettling } from '../../../domain/settling.ts'
import type { Store } from '../../../store/store.ts'
import { services } from '../../../store/service-tables.ts'
import { tasks } from '../../../store/tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import { countInstances } from '../container-instances/instances.ts'
import type { EcsContext } from '../context.ts'

/** Tasks on their way to RUNNING: AWS counts them as pending. */
const pendingStatuses = ['PROVISIONING', 'PENDING', 'ACTIVATING'] as const

/**
 * A cluster as its caller sees it: counts are taken from the tasks, and what is not in `include` is empty or left out.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
 */
export function showCluster(
  context: Pick<EcsContext, 'clock' | 'nodes' | 'store'>,
  row: ClusterRow,
  include: ReadonlySet<ClusterField>,
): Cluster {
  const { configuration, settings, ...cluster } = settledOrNot(context, row)
  const count = (status: string): number => context.store.table(tasks).count('lastStatus', `${cluster.clusterArn} ${status}`)
  return {
    ...cluster,
    ...(include.has('CONFIGURATIONS') && configuration !== undefined ? { configuration } : {}),
    registeredContainerInstancesCount: countInstances(context, row),
    runningTasksCount: count('RUNNING'),
    pendingTasksCount: pendingStatuses.reduce((sum, status) => sum + count(status), 0),
    activeServicesCount: context.store.table(services).count('status', `${cluster.clusterArn} ACTIVE`),
    statistics: include.has('STATISTICS') ? statisticsOf(context.store, cluster.clusterArn) : [],
    tags: include.has('TAGS') ? row.tags : [],
    settings: include.has('SETTINGS') ? (settings ?? []) : [],
    ...(include.has('ATTACHMENTS') ? { attachments: [] } : {}),
  }
}

/**
 * For a moment as it is on AWS while its capacity providers are attached or taken away.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Cluster.html
 */
function settledOrNot({ clock }: Pick<EcsContext, 'clock'>, row: ClusterRow): ClusterRow['cluster'] {
  const { cluster, provisionedAt, deletedAt } = row
  const now = clock.now()
  const hasProviders = (cluster.capacityProviders ?? []).length > 0
  if (cluster.status === 'INACTIVE') return hasProviders && isSettling(deletedAt, now) ? { ...cluster, status: 'DEPROVISIONING' } : cluster
  if (!isAttaching(row, now)) return cluster
  return { ...cluster, attachmentsStatus: 'UPDATE_IN_PROGRESS', ...(isSettling(provisionedAt, now) ? { status: 'PROVISIONING' } : {}) }
}

/** Whether a cluster's capacity providers are still shown as being attached. */
export const isAttaching = ({ provisionedAt, attachedAt }: ClusterRow, now: number): boolean =>
  isSettling(provisionedAt, now) || isSettling(attachedAt, now)

/** A cluster as the calls that change it answer: with all that its caller gave. */
export const showWholeCluster = (context: Pick<EcsContext, 'clock' | 'nodes' | 'store'>, row: ClusterRow): Cluster =>
  showCluster(context, row, new Set<ClusterField>(['TAGS', 'SETTINGS', 'CONFIGURATIONS']))

const launchTypes = [
  ['EC2', 'EC2'],
  ['FARGATE', 'Fargate'],
  ['EXTERNAL', 'External'],
] as const

/** Counts by launch type, in AWS' names. A service that has a capacity provider strategy counts by its platform. */
function statisticsOf(store: Store, clusterArn: string): readonly KeyValuePair[] {
  const counts = new Map<string, number>()
  const increase = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  const add = (status: string, name: string) => {
    for (const { task } of store.table(tasks).by('lastStatus', `${clusterArn} ${status}`)) {
      increase(`${name} ${task.launchType ?? 'EC2'}`)
    }
  }
  add('RUNNING', 'running')
  for (const status of pendingStatuses) add(status, 'pending')
  for (const status of ['ACTIVE', 'DRAINING'] as const) {
    for (const { service } of store.table(services).by('status', `${clusterArn} ${status}`)) {
      const launchType = service.launchType ?? (service.platformVersion === undefined ? 'EC2' : 'FARGATE')
      increase(`${status.toLowerCase()} ${launchType}`)
    }
  }
  const pairs = (prefix: string, suffix: string) =>
    launchTypes.map(([launchType, name]) => ({
      name: `${prefix}${name}${suffix}`,
      value: String(counts.get(`${prefix} ${launchType}`) ?? 0),
    }))
  return [
    ...pairs('running', 'TasksCount'),
    ...pairs('pending', 'TasksCount'),
    ...pairs('active', 'ServiceCount'),
    ...pairs('draining', 'ServiceCount'),
  ]
}
