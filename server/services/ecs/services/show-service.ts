import type { Service, ServiceCurrentRevisionSummary } from '../../../aws/generated/ecs.ts'
import { type TaskCounts, countsOf, noTasks, shownDeployment, totalOf } from '../../../domain/services/counts.ts'
import { isOngoing } from '../../../domain/services/records.ts'
import { serviceDeployments, serviceEvents, serviceRevisions, taskSets } from '../../../store/service-tables.ts'
import type { DeploymentRecord, ServiceRow } from '../../../store/service-tables.ts'
import { tasks } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { showTaskSet } from './show-task-set.ts'

type Within = Pick<EcsContext, 'store'>

/** How many tasks of a service there are, by the deployment or the task set that they belong to. */
export const tasksOf = ({ store }: Within, serviceArn: string): ReadonlyMap<string, TaskCounts> =>
  countsOf(store.table(tasks).by('service', serviceArn))

/**
 * A service as answers show it: its counts are taken from its tasks, and its tags are there only when asked for.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
 */
export function showService(context: Within, row: ServiceRow, options: { readonly withTags: boolean }): Service {
  const { store } = context
  const { serviceArn, deploymentController } = row.service
  const counts = tasksOf(context, serviceArn)
  const ongoing = ongoingDeployment(context, row)
  const sets = [...store.table(taskSets).by('service', serviceArn)]
  const hasTaskSets = deploymentController?.type !== 'ECS'
  return {
    ...row.service,
    ...totalOf(counts),
    ...(hasTaskSets ? { taskSets: sets.map(set => showTaskSet(set, row, counts, { withTags: false })) } : {}),
    deployments: row.deployments.flatMap(record => {
      const revision = store.table(serviceRevisions).get(record.serviceRevisionArn)
      return revision === undefined ? [] : [shownDeployment(record, revision, counts.get(record.id) ?? noTasks)]
    }),
    events: store.table(serviceEvents).get(serviceArn)?.events ?? [],
    ...(ongoing === undefined ? {} : { currentServiceDeployment: ongoing }),
    ...(hasTaskSets
      ? {}
      : { currentServiceRevisions: row.deployments.map(record => revisionSummary(record, counts.get(record.id) ?? noTasks)) }),
    ...(options.withTags ? { tags: row.tags } : {}),
  }
}

/** The ARN of the service deployment that is under way. */
function ongoingDeployment({ store }: Within, { serviceDeploymentArn }: ServiceRow): string | undefined {
  const newest = serviceDeploymentArn === undefined ? undefined : store.table(serviceDeployments).get(serviceDeploymentArn)
  return newest !== undefined && isOngoing(newest) ? serviceDeploymentArn : undefined
}

/** A service revision with its tasks, as services and service deployments show it. */
export const revisionSummary = (
  { serviceRevisionArn, desiredCount }: Pick<DeploymentRecord, 'desiredCount' | 'serviceRevisionArn'>,
  { runningCount, pendingCount }: TaskCounts,
): ServiceCurrentRevisionSummary => ({
  arn: serviceRevisionArn,
  requestedTaskCount: desiredCount,
  runningTaskCount: runningCount,
  pendingTaskCount: pendingCount,
})
