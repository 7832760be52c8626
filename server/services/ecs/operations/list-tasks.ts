import type { ListTasksRequest, ListTasksResponse } from '../../../aws/generated/ecs.ts'
import { nameInArn } from '../../../domain/arn.ts'
import { identifyInCluster } from '../../../domain/identifier.ts'
import { type ClusterRow, type TaskRow, familyOfTask, startedByKey, taskFamilyKey, tasks } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { listPage } from '../list-page.ts'
import { findService } from '../services/find-service.ts'
import { invalidParameter, refuseIf, refuseLongerThan } from '../tasks/invalid-parameter.ts'

/**
 * ARNs of a cluster's tasks, in the order of the ARNs.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
 */
export function listTasks(context: EcsContext, request: ListTasksRequest): ListTasksResponse {
  const cluster = findCluster(context, request.cluster)
  checkFilters(request)
  const { clusterArn } = cluster.cluster
  const { family, startedBy, launchType, containerInstance, daemonName, desiredStatus = 'RUNNING' } = request
  const instanceId = containerInstance === undefined ? undefined : containerInstanceId(context, cluster, containerInstance)
  const serviceArn = request.serviceName === undefined ? undefined : findService(context, cluster, request.serviceName).service.serviceArn
  const isWanted = ({ task, serviceArn: owner }: TaskRow): boolean =>
    task.desiredStatus === desiredStatus &&
    (serviceArn === undefined || owner === serviceArn) &&
    (family === undefined || familyOfTask(task.taskDefinitionArn) === family) &&
    (startedBy === undefined || task.startedBy === startedBy) &&
    (launchType === undefined || task.launchType === launchType) &&
    (instanceId === undefined || (task.containerInstanceArn !== undefined && nameInArn(task.containerInstanceArn) === instanceId)) &&
    (daemonName === undefined || task.group === `daemon:${daemonName}`)
  const page = listPage({
    operation: 'ListTasks',
    filters: [clusterArn, desiredStatus, family, startedBy, launchType, instanceId, daemonName, serviceArn],
    nextToken: request.nextToken,
    maxResults: request.maxResults,
    rows: after => only(candidates(context, { clusterArn, desiredStatus, serviceArn, startedBy, family }, after), isWanted),
    orderOf: row => row.task.taskArn,
  })
  return { taskArns: page.rows.map(row => row.task.taskArn), ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }) }
}

/** The fewest rows that an index has all wanted ones among, in the order of their ARNs. */
function candidates(
  { store }: EcsContext,
  { clusterArn, desiredStatus, serviceArn, startedBy, family }: Candidates,
  after: string | undefined,
): Iterable<TaskRow> {
  const table = store.table(tasks)
  // A service's index leaves out what has ended and was counted.
  if (serviceArn !== undefined && desiredStatus === 'RUNNING') return table.by('service', serviceArn, after)
  if (startedBy !== undefined) return table.by('startedBy', startedByKey(clusterArn, startedBy), after)
  if (family !== undefined) return table.by('family', taskFamilyKey(clusterArn, family), after)
  return table.by('desiredStatus', `${clusterArn} ${desiredStatus}`, after)
}

interface Candidates {
  readonly clusterArn: string
  readonly desiredStatus: string
  readonly serviceArn: string | undefined
  readonly startedBy: string | undefined
  readonly family: string | undefined
}

/** Which filters go together, in ECS' words: startedBy stands alone but for the status, a service's name nearly so. */
function checkFilters({ family, startedBy, serviceName, containerInstance, launchType, daemonName }: ListTasksRequest): void {
  const others = [family, serviceName, containerInstance, launchType, daemonName]
  refuseIf(startedBy !== undefined && others.some(other => other !== undefined), 'cannot specify startedBy with other arguments')
  refuseIf(
    serviceName !== undefined && [family, containerInstance, daemonName].some(other => other !== undefined),
    'cannot specify serviceName with other arguments',
  )
  refuseLongerThan('startedBy', startedBy, 128)
  refuseIf(family !== undefined && !/^[a-zA-Z0-9\-_]+$/.test(family), String.raw`family must match ^[a-zA-Z0-9\-_]+$`)
}

function containerInstanceId(context: EcsContext, cluster: ClusterRow, idOrArn: string): string {
  const found = identifyInCluster(idOrArn, 'container-instance', cluster.cluster.clusterName, context)
  if ('problem' in found) throw invalidParameter(found.problem)
  return found.id
}

function* only(rows: Iterable<TaskRow>, isWanted: (row: TaskRow) => boolean): Iterable<TaskRow> {
  for (const row of rows) if (isWanted(row)) yield row
}
