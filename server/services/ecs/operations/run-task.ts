// Differs from AWS: the machine itself is the capacity, so no container instances are needed. Where constraints, strategies
// and DRAINING instances leave a choice, Kubernetes places the task. Whether there is room shows when a task starts: one
// that finds none stops with RESOURCE:CPU, RESOURCE:MEMORY or RESOURCE:GPU as its reason instead of being in `failures`; a
// failure names no container instance. Of a network configuration the first subnet is shown and nothing else comes of it. A task is one
// pod: its containers share a network in every mode, or have none, and a container that is stopped before others has
// the longest stopTimeout of the task's. ulimits, devices, swap and mount options of tmpfs are given
// where the nodes' container runtime has NRI (containerd 2, CRI-O 1.26); elsewhere devices are refused, and the pod's
// annotation kecs.dev/not-applied lists what is not set; before containerd 2.2 a device can be read and written whatever
// its permissions. swappiness is kept and not set, and so are AppArmor and SELinux of dockerSecurityOptions. A user by name
// is looked up in the image before the task's pod is made, for which its image is pulled first; one with a group has the
// supplementary groups that the image gives it too, and root is 0 also in an image that does not know it. A task stops
// with the reason that asks for what a pod cannot be: credentialSpecs, no network for some of its containers alone,
// inference accelerators, volumes of FSx and of Docker's drivers other than local, both privileged and
// no-new-privileges. Containers of a task share what ipcMode is about, with none too. Volumes start empty, and any user may
// write to those of the task. An EBS volume that is configured at launch is a folder of the task's own, of no size, empty
// whatever its snapshot, and gone with the task whatever its termination policy.
// Shared Docker volumes and EFS file systems are folders below the data folder, made when they are not there, an access
// point one of its own. ephemeralStorage ends a task that passes it, instead of a full disk. systemControls beyond
// Kubernetes' safe ones need nodes that allow them, and restartPolicy a Kubernetes that restarts single containers
// (1.35, or 1.34 with a feature gate), which may begin one that ended too early for ECS once more. Whether the
// execution role may read a task's secrets is not asked, and why they cannot be had is told in Fargate's words on EC2
// too.
// Of log drivers awslogs and awsfirelens are carried out; with any other what containers write stays on the node while
// their task is there. A log router's records have no ec2_instance_id.
import { randomOf } from '../../../../shared/ids.ts'
import type { Failure, RunTaskRequest, RunTaskResponse } from '../../../aws/generated/ecs.ts'
import { allocateHostPorts, TakenPorts } from '../../../domain/host-ports.ts'
import { Placer } from '../../../domain/placement.ts'
import { newTask } from '../../../domain/task-record.ts'
import type { Capacity, Launch } from '../../../domain/task-record.ts'
import { machinesOf } from '../../../store/machines.ts'
import { tasks } from '../../../store/tables.ts'
import type { ClusterRow, TaskRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { capacitiesFor } from '../tasks/capacity.ts'
import { checkLaunch, isWindows } from '../tasks/check-launch.ts'
import { checkNetworkOwners } from '../tasks/check-network-owners.ts'
import { checkLaunchRoles } from '../tasks/check-roles.ts'
import { checkRunTask } from '../tasks/check-run-task.ts'
import { withGivenOverrides } from '../tasks/given-overrides.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { definitionToLaunch, tagsForLaunch } from '../tasks/launch-parts.ts'
import { digestOf, tasksOfToken } from '../tasks/repeated-call.ts'
import { shownTask } from '../tasks/shown-task.ts'

/**
 * Records tasks to be run; the task reconciler starts them.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export async function runTask(context: EcsContext, input: RunTaskRequest): Promise<RunTaskResponse> {
  const cluster = findCluster(context, input.cluster)
  const request = withGivenOverrides(input)
  checkRunTask(request)
  await Promise.all([checkNetworkOwners(context, request), checkLaunchRoles(context, request)])
  const requestDigest = digestOf(request)
  const answer = await context.store.commit(transaction => {
    const repeated = tasksOfToken(context, cluster.cluster.clusterArn, request.clientToken, requestDigest)
    if (repeated !== undefined) return { rows: repeated, failures: [] }
    const launches = launchesFor(context, cluster, request, requestDigest)
    const placed = place(context, launches, placerFor(context, request, launches))
    for (const row of placed.rows) transaction.put(tasks, row)
    return placed
  })
  for (const { task } of answer.rows) context.wake('task', task.taskArn)
  return { tasks: answer.rows.map(row => shownTask(row, { withTags: true })), failures: answer.failures }
}

/** What each task of the call is launched with; they differ in their capacity provider at most. */
function launchesFor(context: EcsContext, cluster: ClusterRow, request: RunTaskRequest, requestDigest: string): Launch[] {
  const definition = definitionToLaunch(context, request.taskDefinition)
  const capacities = capacitiesFor(request.count ?? 1, request, cluster)
  for (const capacity of new Set(capacities)) checkLaunch(request, definition.taskDefinition, capacity)
  const common: Omit<Launch, 'capacity'> = {
    place: { account: context.account, region: context.region },
    cluster,
    definition,
    group: request.group ?? `family:${definition.taskDefinition.family}`,
    startedBy: request.startedBy,
    overrides: request.overrides,
    networkConfiguration: request.networkConfiguration,
    volumeConfigurations: request.volumeConfigurations,
    enableExecuteCommand: request.enableExecuteCommand ?? false,
    tags: tagsForLaunch(request, cluster, definition),
    epoch: context.epoch,
    cpuArchitecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    ...(request.clientToken === undefined ? {} : { clientToken: request.clientToken }),
    requestDigest,
  }
  return capacities.map((capacity: Capacity) => ({ ...common, capacity }))
}

/** What chooses the tasks' machines. Throws InvalidParameterException where every machine is being drained. */
function placerFor(context: EcsContext, request: RunTaskRequest, launches: readonly Launch[]): Placer {
  const clusterArn = launches[0]?.cluster.cluster.clusterArn ?? ''
  const { active, areSomeDraining } = machinesOf(context.store, clusterArn, context.nodes())
  const isOnEc2 = launches.some(({ capacity }) => capacity.launchType === 'EC2')
  refuseIf(isOnEc2 && areSomeDraining && active.length === 0, 'No Container Instances were found in your cluster.')
  const { placementConstraints = [], placementStrategy: strategy = [] } = request
  const constraints = [...placementConstraints, ...(launches[0]?.definition.taskDefinition.placementConstraints ?? [])]
  return new Placer(active, { constraints, strategy, areSomeDraining }, randomOf(context.ids))
}

/** Gives each task its id and host ports; those that find no ports fail, the others run. */
function place(
  context: EcsContext,
  launches: readonly Launch[],
  placer: Placer,
): { readonly rows: readonly TaskRow[]; readonly failures: readonly Failure[] } {
  const taken = new TakenPorts([...context.store.table(tasks).by('holdsPorts', 'yes')].map(row => row.hostPorts ?? []))
  const rows: TaskRow[] = []
  const failures: Failure[] = []
  for (const launch of launches) {
    const { taskDefinition } = launch.definition
    const hostPorts = allocateHostPorts(taskDefinition, taken, context.publishedPorts)
    if (isWindows(taskDefinition)) {
      failures.push({ reason: 'ATTRIBUTE' })
    } else if (hostPorts === undefined) {
      failures.push({ reason: 'RESOURCE:PORTS' })
    } else {
      const individual = { taskId: context.ids.hex32(), uuid: () => context.ids.uuid(), hostPorts, now: context.clock.now() }
      const placed = placer.place(newTask(launch, individual))
      if ('failure' in placed) {
        failures.push({ reason: placed.failure })
      } else {
        taken.take(hostPorts)
        rows.push(placed)
      }
    }
  }
  return { rows, failures }
}
