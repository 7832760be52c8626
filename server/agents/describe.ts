import type { AgentContainer, AgentPort, AgentTask, AwsLogs, NetworkInterface } from '../agent/protocol.ts'
import type { Container, ContainerDefinition } from '../aws/generated/ecs.ts'
import { parseArn } from '../domain/arn.ts'
import { awsLogsOf, LogOptionsRefused } from '../domain/awslogs.ts'
import { overrideContainer, taskRoleOf } from '../domain/task-spec.ts'
import { cpuUnits, memoryMiB } from '../domain/task-spec-size.ts'
import { dnsLabelOf, podNameOf } from '../runtime/kubernetes/names.ts'
import type { TaskObservation } from '../runtime/runtime.ts'
import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'

/** What the agent of a task's node is told of it. Pure. */
export const describeTask = (row: TaskRow, definition: TaskDefinitionRow, observation: TaskObservation): AgentTask => {
  const { task } = row
  const { taskDefinition } = definition
  const [account = '', region = ''] = row.scope.split('/')
  const { launchType } = task
  const networkMode = taskDefinition.networkMode ?? 'bridge'
  const cpu = cpuUnits(task.overrides?.cpu ?? '') ?? cpuUnits(taskDefinition.cpu ?? '')
  const memory = memoryMiB(task.overrides?.memory ?? '') ?? memoryMiB(taskDefinition.memory ?? '')
  const role = taskRoleOf(row, definition)
  const roleArn = role === undefined || role.startsWith('arn:') ? role : `arn:aws:iam::${account}:role/${role}`
  return {
    taskArn: task.taskArn,
    taskId: row.taskId,
    clusterArn: task.clusterArn,
    clusterName: parseArn(task.clusterArn)?.resource.replace(/^cluster\//, '') ?? '',
    account,
    region,
    availabilityZone: task.availabilityZone ?? '',
    family: taskDefinition.family,
    revision: taskDefinition.revision,
    launchType: launchType === 'FARGATE' || launchType === 'EXTERNAL' ? launchType : 'EC2',
    networkMode,
    desiredStatus: task.desiredStatus,
    knownStatus: task.lastStatus,
    ...defined('group', task.group),
    tags: Object.fromEntries(row.tags.flatMap(({ key, value }) => (key === undefined ? [] : [[key, value ?? '']]))),
    ...defined('cpu', cpu === undefined ? undefined : cpu / 1024),
    ...defined('memory', memory),
    ...defined('ephemeralStorage', task.ephemeralStorage?.sizeInGiB),
    ...defined('pullStartedAt', milliseconds(task.pullStartedAt)),
    ...defined('pullStoppedAt', milliseconds(task.pullStoppedAt)),
    ...defined('executionStoppedAt', milliseconds(task.executionStoppedAt)),
    ...defined('address', networkMode === 'host' ? undefined : observation.address),
    ...defined('networkInterface', networkInterfaceOf(row)),
    isFaultInjectionEnabled: taskDefinition.enableFaultInjection === true,
    credentials: { id: row.agentIds?.credentials ?? '', ...defined('roleArn', roleArn) },
    pod: { namespace: row.namespace, name: podNameOf(taskDefinition.family, row.taskId) },
    containers: (taskDefinition.containerDefinitions ?? []).map(container => describeContainer(row, definition, container, observation)),
  }
}

const describeContainer = (
  row: TaskRow,
  { taskDefinition }: TaskDefinitionRow,
  container: ContainerDefinition,
  observation: TaskObservation,
): AgentContainer => {
  const { name = '' } = container
  const override = row.task.overrides?.containerOverrides?.find(each => each.name === name)
  const { cpu = 0, memory, memoryReservation } = override === undefined ? container : overrideContainer(container, override)
  const shown = row.task.containers?.find(each => each.name === name)
  const seen = observation.containers.find(each => each.name === name)
  const state = seen?.state.is === 'waiting' ? undefined : seen?.state
  return {
    name,
    id: row.agentIds?.containers[name] ?? '',
    containerArn: shown?.containerArn ?? '',
    podName: dnsLabelOf(name),
    image: container.image ?? '',
    ...defined('imageDigest', shown?.imageDigest ?? seen?.imageDigest),
    ...defined('runtimeId', seen?.runtimeId ?? shown?.runtimeId),
    desiredStatus: row.task.desiredStatus,
    knownStatus: seen?.state.is === 'terminated' ? 'STOPPED' : (shown?.lastStatus ?? 'PENDING'),
    ...defined('exitCode', shown?.exitCode ?? (state?.is === 'terminated' ? state.exitCode : undefined)),
    cpu,
    memory: memory ?? memoryReservation ?? 0,
    ...defined('startedAt', state?.startedAt),
    ...defined('finishedAt', state?.is === 'terminated' ? state.finishedAt : undefined),
    labels: container.dockerLabels ?? {},
    ports: portsOf(container, shown, taskDefinition.networkMode === 'awsvpc' || taskDefinition.networkMode === 'host'),
    volumes: (container.mountPoints ?? []).map(({ sourceVolume = '', containerPath = '' }) => ({
      name: sourceVolume,
      ...defined('source', taskDefinition.volumes?.find(each => each.name === sourceVolume)?.host?.sourcePath || undefined),
      destination: containerPath,
    })),
    ...defined('health', container.healthCheck === undefined ? undefined : shown?.healthStatus),
    ...defined('log', logOf(container)),
    ...defined('awslogs', shippedLogs(row, container)),
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

/** Dynamic host ports are what the task was given; without any of the machine a port is its own. */
const portsOf = ({ portMappings = [] }: ContainerDefinition, shown: Container | undefined, isOwn: boolean): AgentPort[] => {
  const bindings = shown?.networkBindings ?? []
  if (!isOwn && bindings.length > 0) {
    return bindings.flatMap(({ containerPort, hostPort, protocol = 'tcp' }) =>
      containerPort === undefined ? [] : [{ containerPort, protocol, ...defined('hostPort', hostPort) }],
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
