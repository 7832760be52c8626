// Differs from AWS: only the nodes of the Kubernetes cluster take tasks: kecs speaks to no agent of ECS, so an instance
// that RegisterContainerInstance made answers AGENT. The rest is as for RunTask.
import type { Failure, RunTaskRequest, StartTaskRequest, StartTaskResponse } from '../../../aws/generated/ecs.ts'
import { allocateHostPorts, TakenPorts } from '../../../domain/host-ports.ts'
import { newTask } from '../../../domain/task-record.ts'
import type { Capacity, Launch } from '../../../domain/task-record.ts'
import { findInstance, instanceArnIn } from '../container-instances/instances.ts'
import { showInstance } from '../container-instances/show-instance.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { checkLaunch } from '../tasks/check-launch.ts'
import { checkNetworkOwners } from '../tasks/check-network-owners.ts'
import { checkLaunchRoles } from '../tasks/check-roles.ts'
import { checkRunTask } from '../tasks/check-run-task.ts'
import { withGivenOverrides } from '../tasks/given-overrides.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'
import { definitionToLaunch, tagsForLaunch } from '../tasks/launch-parts.ts'
import { shownTask } from '../tasks/shown-task.ts'
import { tasks } from '../../../store/tables.ts'
import type { ClusterRow, TaskRow } from '../../../store/tables.ts'

const capacity: Capacity = { launchType: 'EC2' }

/**
 * Records a task for each of the container instances, to be run there; those that have no room fail, the others run.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StartTask.html
 */
export async function startTask(context: EcsContext, input: StartTaskRequest): Promise<StartTaskResponse> {
  const cluster = findCluster(context, input.cluster)
  refuseIf(input.containerInstances.length === 0, 'Container Instances cannot be empty.')
  refuseMoreThan('containerInstanceIds', input.containerInstances, 10)
  const { containerInstances, referenceId: _, ...rest } = input
  const request = withGivenOverrides({ ...rest, launchType: 'EC2' })
  checkRunTask(request)
  await Promise.all([checkNetworkOwners(context, request), checkLaunchRoles(context, request)])
  const arns = [...new Set(containerInstances.map(idOrArn => instanceArnIn(context, cluster, idOrArn)))]
  const answer = await context.store.commit(transaction => {
    const launch = launchOf(context, cluster, request)
    const rows: TaskRow[] = []
    const failures: Failure[] = []
    const taken = new TakenPorts([...context.store.table(tasks).by('holdsPorts', 'yes')].map(row => row.hostPorts ?? []))
    for (const arn of arns) {
      const placed = place(context, cluster, launch, arn, taken)
      if ('reason' in placed) failures.push({ arn, reason: placed.reason })
      else rows.push(placed)
    }
    for (const row of rows) transaction.put(tasks, row)
    return { rows, failures }
  })
  for (const { task } of answer.rows) context.wake('task', task.taskArn)
  return { tasks: answer.rows.map(row => shownTask(row, { withTags: true })), failures: answer.failures }
}

function launchOf(context: EcsContext, cluster: ClusterRow, request: RunTaskRequest): Launch {
  const definition = definitionToLaunch(context, request.taskDefinition)
  checkLaunch(request, definition.taskDefinition, capacity)
  return {
    place: { account: context.account, region: context.region },
    cluster,
    definition,
    capacity,
    group: request.group ?? `family:${definition.taskDefinition.family}`,
    startedBy: request.startedBy,
    overrides: request.overrides,
    networkConfiguration: request.networkConfiguration,
    volumeConfigurations: request.volumeConfigurations,
    enableExecuteCommand: request.enableExecuteCommand ?? false,
    tags: tagsForLaunch(request, cluster, definition),
    epoch: context.epoch,
    cpuArchitecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
  }
}

/** The task on that instance, whose ports are then in `taken`, or why it cannot be there. */
function place(
  context: EcsContext,
  cluster: ClusterRow,
  launch: Launch,
  arn: string,
  taken: TakenPorts,
): TaskRow | { readonly reason: string } {
  const instance = findInstance(context, cluster, arn)
  if (instance === undefined) return { reason: 'MISSING' }
  const { node } = instance
  if (instance.row.status !== 'ACTIVE') return { reason: 'INACTIVE' }
  if (node?.isReady !== true) return { reason: 'AGENT' }
  const hostPorts = allocateHostPorts(launch.definition.taskDefinition, taken, context.publishedPorts)
  if (hostPorts === undefined) return { reason: 'RESOURCE:PORTS' }
  const individual = { taskId: context.ids.hex32(), uuid: () => context.ids.uuid(), hostPorts, now: context.clock.now() }
  const made = newTask({ ...launch, cpuArchitecture: node.cpuArchitecture }, individual)
  const { remainingResources = [] } = showInstance(context, instance)
  const left = (name: string): number => remainingResources.find(resource => resource.name === name)?.integerValue ?? 0
  if (Number(made.task.cpu ?? 0) > left('CPU')) return { reason: 'RESOURCE:CPU' }
  if (Number(made.task.memory ?? 0) > left('MEMORY')) return { reason: 'RESOURCE:MEMORY' }
  taken.take(hostPorts)
  return { ...made, nodeName: node.name, task: { ...made.task, containerInstanceArn: arn } }
}
