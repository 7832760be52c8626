import type { AgentContainer, AgentPort, AgentTask, AwsLogs, NetworkInterface, RoutedLogs } from '../agent/protocol.ts'
import type { Container, ContainerDefinition } from '../aws/generated/ecs.ts'
import { roleArn } from '../domain/arn.ts'
import { adjustmentOf } from '../domain/adjustments.ts'
import { awsLogsOf, LogOptionsRefused } from '../domain/awslogs.ts'
import { isIsolated } from '../domain/container-order.ts'
import { fluentTag, isRouted, routerOf } from '../domain/firelens.ts'
import { overrideContainer, taskRoleOf } from '../domain/task-spec.ts'
import { cpuUnits, memoryMiB } from '../domain/task-spec-size.ts'
import { dnsLabelOf, podNameOf } from '../runtime/kubernetes/names.ts'
import type { ContainerObservation, TaskObservation } from '../runtime/runtime.ts'
import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'

/** What the agent of a task's node is told of it. Pure. */
export const describeTask = (row: TaskRow, definition: TaskDefinitionRow, observation: TaskObservation): AgentTask => {
  const { task } = row
  const { taskDefinition } = definition
  const [account = '', region = ''] = row.scope.split('/')
  const { availabilityZone = '' } = task
  const networkMode = taskDefinition.networkMode ?? 'bridge'
  return {
    taskArn: task.taskArn,
    taskId: row.taskId,
    clusterArn: task.clusterArn,
    clusterName: task.clusterArn.slice(task.clusterArn.lastIndexOf('/') + 1),
    account,
    region,
    availabilityZone,
    family: taskDefinition.family,
    revision: taskDefinition.revision,
    launchType: launchTypeOf(row),
    networkMode,
    desiredStatus: task.desiredStatus,
    knownStatus: task.lastStatus,
    ...defined('group', task.group),
    tags: Object.fromEntries(row.tags.flatMap(({ key, value }) => (key === undefined ? [] : [[key, value ?? '']]))),
    ...taskSizeOf(row, definition),
    ...defined('pullStartedAt', milliseconds(task.pullStartedAt)),
    ...defined('pullStoppedAt', milliseconds(task.pullStoppedAt)),
    ...defined('executionStoppedAt', milliseconds(task.executionStoppedAt)),
    ...defined('address', networkMode === 'host' ? undefined : observation.address),
    ...defined('networkInterface', networkInterfaceOf(row)),
    ...(isIsolated(taskDefinition.containerDefinitions ?? [], networkMode) && { isIsolated: true as const }),
    isFaultInjectionEnabled: taskDefinition.enableFaultInjection === true,
    credentials: credentialsOf(row, definition),
    pod: { namespace: row.namespace, name: podNameOf(taskDefinition.family, row.taskId) },
    containers: (taskDefinition.containerDefinitions ?? []).map(container => describeContainer(row, definition, container, observation)),
  }
}

const launchTypeOf = ({ task: { launchType } }: TaskRow): AgentTask['launchType'] =>
  launchType === 'FARGATE' || launchType === 'EXTERNAL' ? launchType : 'EC2'

const taskSizeOf = ({ task }: TaskRow, { taskDefinition }: TaskDefinitionRow): Pick<AgentTask, 'cpu' | 'memory' | 'ephemeralStorage'> => {
  const cpu = cpuUnits(task.overrides?.cpu ?? '') ?? cpuUnits(taskDefinition.cpu ?? '')
  const memory = memoryMiB(task.overrides?.memory ?? '') ?? memoryMiB(taskDefinition.memory ?? '')
  return {
    ...defined('cpu', cpu === undefined ? undefined : cpu / 1024),
    ...defined('memory', memory),
    ...defined('ephemeralStorage', task.ephemeralStorage?.sizeInGiB),
  }
}

/** A role may be given by its name. */
const credentialsOf = (row: TaskRow, definition: TaskDefinitionRow): AgentTask['credentials'] => {
  const role = taskRoleOf(row, definition)
  const [account = '', region = ''] = row.scope.split('/')
  return { id: row.agentIds?.credentials ?? '', ...defined('roleArn', role === undefined ? undefined : roleArn({ account, region }, role)) }
}

const describeContainer = (
  row: TaskRow,
  { taskDefinition }: TaskDefinitionRow,
  container: ContainerDefinition,
  observation: TaskObservation,
): AgentContainer => {
  const { name = '', healthCheck, image = '', dockerLabels = {}, mountPoints = [] } = container
  const shown = row.task.containers?.find(each => each.name === name)
  const hasOwnPorts = taskDefinition.networkMode === 'awsvpc' || taskDefinition.networkMode === 'host'
  const sourceOf = (volume: string): string | undefined =>
    taskDefinition.volumes?.find(each => each.name === volume)?.host?.sourcePath || undefined
  return {
    name,
    id: row.agentIds?.containers[name] ?? '',
    containerArn: shown?.containerArn ?? '',
    podName: dnsLabelOf(name),
    image,
    ...sizeOf(row, container),
    ...stateOf(
      row,
      shown,
      observation.containers.find(each => each.name === name),
    ),
    labels: dockerLabels,
    ports: portsOf(container, shown, hasOwnPorts),
    volumes: mountPoints.map(({ sourceVolume = '', containerPath = '' }) => ({
      name: sourceVolume,
      ...defined('source', sourceOf(sourceVolume)),
      destination: containerPath,
    })),
    ...defined('health', healthCheck === undefined ? undefined : shown?.healthStatus),
    ...defined('log', logOf(container)),
    ...defined('awslogs', shippedLogs(row, container)),
    ...defined('adjustment', adjustmentOf(container, launchTypeOf(row))),
    ...defined('routed', routedLogs(row, taskDefinition.containerDefinitions ?? [], container)),
  }
}

const sizeOf = ({ task }: TaskRow, container: ContainerDefinition): Pick<AgentContainer, 'cpu' | 'memory'> => {
  const override = task.overrides?.containerOverrides?.find(({ name }) => name === container.name)
  const { cpu = 0, memory, memoryReservation } = override === undefined ? container : overrideContainer(container, override)
  return { cpu, memory: memory ?? memoryReservation ?? 0 }
}

type State = 'desiredStatus' | 'knownStatus' | 'imageDigest' | 'runtimeId' | 'restartCount' | 'exitCode' | 'startedAt' | 'finishedAt'

/** What is seen is newer than what the row shows. */
const stateOf = ({ task }: TaskRow, shown: Container | undefined, seen: ContainerObservation | undefined): Pick<AgentContainer, State> => {
  const state = seen?.state.is === 'waiting' ? undefined : seen?.state
  const ended = state?.is === 'terminated' ? state : undefined
  return {
    desiredStatus: task.desiredStatus,
    knownStatus: ended !== undefined ? 'STOPPED' : (shown?.lastStatus ?? 'PENDING'),
    ...defined('imageDigest', seen?.imageDigest ?? shown?.imageDigest),
    ...defined('runtimeId', seen?.runtimeId ?? (task.launchType === 'FARGATE' ? undefined : shown?.runtimeId)),
    ...defined('restartCount', seen?.restartCount),
    ...defined('exitCode', shown?.exitCode ?? ended?.exitCode),
    ...defined('startedAt', state?.startedAt),
    ...defined('finishedAt', ended?.finishedAt),
  }
}

const logOf = ({ logConfiguration }: ContainerDefinition): AgentContainer['log'] =>
  logConfiguration === undefined ? undefined : { driver: logConfiguration.logDriver, options: logConfiguration.options ?? {} }

/** Options that cannot be carried out have kept the task from starting. */
const shippedLogs = (row: TaskRow, { name = '', logConfiguration }: ContainerDefinition): AwsLogs | undefined => {
  const [, region = ''] = row.scope.split('/')
  try {
    return awsLogsOf(logConfiguration, { containerName: name, taskId: row.taskId, region })
  } catch (error) {
    if (error instanceof LogOptionsRefused) return undefined
    throw error
  }
}

const routedLogs = (row: TaskRow, all: readonly ContainerDefinition[], container: ContainerDefinition): RoutedLogs | undefined => {
  const router = isRouted(container) ? routerOf(all) : undefined
  return router === undefined ? undefined : { router: router.name, tag: fluentTag(container.name ?? '', row.taskId) }
}

/** Dynamic host ports are what the task was given; without any of the machine a port is its own. */
const portsOf = ({ portMappings = [] }: ContainerDefinition, shown: Container | undefined, isOwn: boolean): AgentPort[] => {
  const bindings = shown?.networkBindings ?? []
  if (!isOwn && bindings.length > 0) {
    return bindings.flatMap(({ containerPort, hostPort, bindIP, protocol = 'tcp' }) =>
      containerPort === undefined ? [] : [{ containerPort, protocol, ...defined('hostPort', hostPort), ...defined('hostIp', bindIP) }],
    )
  }
  return portMappings.flatMap(({ containerPort, protocol = 'tcp' }) =>
    containerPort === undefined ? [] : [{ containerPort, protocol, ...(isOwn && { hostPort: containerPort }) }],
  )
}

const networkInterfaceOf = ({ task }: TaskRow): NetworkInterface | undefined => {
  const details = task.attachments?.find(({ type }) => type === 'ElasticNetworkInterface')?.details ?? []
  const detail = (name: string): string | undefined => details.find(each => each.name === name)?.value
  const macAddress = detail('macAddress')
  const privateDnsName = detail('privateDnsName')
  return macAddress === undefined || privateDnsName === undefined ? undefined : { macAddress, privateDnsName }
}

const milliseconds = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : Math.round(seconds * 1000))

const defined = <Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } => {
  const made: { [Key in Name]?: Value } = {}
  if (value !== undefined) made[name] = value
  return made
}
