// The documents of the task metadata endpoints, as their pages have them. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v3.html
import { toldRuntimeId } from '../../domain/runtime-id.ts'
import type { ClockDriftDocument } from '../clock-drift.ts'
import { dockerName } from '../docker-name.ts'
import type { AgentContainer, AgentTask } from '../protocol.ts'

export interface ContainerDocument {
  readonly DockerId: string
  readonly Name: string
  readonly DockerName: string
  readonly Image: string
  readonly ImageID: string
  readonly Ports?: readonly PortDocument[]
  readonly Labels: Readonly<Record<string, string>>
  readonly DesiredStatus: string
  readonly KnownStatus: string
  readonly ExitCode?: number
  readonly Limits: { readonly CPU?: number; readonly Memory?: number }
  readonly CreatedAt?: string
  readonly StartedAt?: string
  readonly FinishedAt?: string
  readonly Type: 'NORMAL'
  readonly Health?: { readonly status?: string }
  readonly Volumes?: readonly { readonly DockerName?: string; readonly Source?: string; readonly Destination: string }[]
  readonly LogDriver?: string
  readonly LogOptions?: Readonly<Record<string, string>>
  readonly ContainerARN?: string
  readonly Networks: readonly NetworkDocument[]
  readonly Snapshotter?: string
  readonly RestartCount?: number
}

export interface PortDocument {
  readonly ContainerPort: number
  readonly Protocol: string
  readonly HostPort?: number
  readonly HostIp?: string
}

export interface NetworkDocument {
  readonly NetworkMode: string
  readonly IPv4Addresses?: readonly string[]
  readonly AttachmentIndex?: number
  readonly MACAddress?: string
  readonly PrivateDNSName?: string
}

export interface TaskDocument {
  readonly Cluster: string
  readonly TaskARN: string
  readonly Family: string
  readonly Revision: string
  readonly DesiredStatus: string
  readonly KnownStatus: string
  readonly Containers: readonly ContainerDocument[]
  readonly Limits?: { readonly CPU?: number; readonly Memory?: number }
  readonly PullStartedAt?: string
  readonly PullStoppedAt?: string
  readonly ExecutionStoppedAt?: string
  readonly AvailabilityZone?: string
  readonly TaskTags?: Readonly<Record<string, string>>
  readonly LaunchType?: string
  readonly ServiceName?: string
  readonly Group?: string
  readonly ClockDrift?: ClockDriftDocument
  readonly FaultInjectionEnabled?: boolean
}

/** What the agent knows beside what it was told. */
export interface Seen {
  /** The address that the question came from: a container's own, before Kubernetes tells it. */
  readonly caller: string
  /** The container that asks: it runs, whatever was told. */
  readonly asking?: AgentContainer
  /** Runtime ids that the node has before Kubernetes tells them. */
  readonly runtimeId: (container: AgentContainer) => string | undefined
  /** Undefined where the kernel does not tell. */
  readonly clockDrift: () => ClockDriftDocument | undefined
}

export type Version = 'v2' | 'v3' | 'v4'

export const taskDocument = (task: AgentTask, seen: Seen, version: Version, withTags = false): TaskDocument => {
  const hasSize = task.cpu !== undefined || task.memory !== undefined
  return {
    Cluster: clusterOf(task),
    TaskARN: task.taskArn,
    Family: task.family,
    Revision: String(task.revision),
    DesiredStatus: task.desiredStatus,
    KnownStatus: statusOf(task, seen),
    Containers: task.containers
      .filter(container => container.knownStatus !== 'PENDING' || container === seen.asking)
      .map(container => containerDocument(task, container, seen, version)),
    ...(hasSize && { Limits: { ...defined('CPU', task.cpu), ...defined('Memory', task.memory) } }),
    ...defined('PullStartedAt', timeOf(task.pullStartedAt)),
    ...defined('PullStoppedAt', timeOf(task.pullStoppedAt)),
    ...defined('ExecutionStoppedAt', timeOf(task.executionStoppedAt)),
    ...(task.availabilityZone !== '' && { AvailabilityZone: task.availabilityZone }),
    ...(withTags && Object.keys(task.tags).length > 0 && { TaskTags: task.tags }),
    ...(version === 'v4' && {
      LaunchType: task.launchType,
      ...defined('ServiceName', /^service:(.+)$/.exec(task.group ?? '')?.[1]),
      ...defined('Group', task.group),
      ...(task.launchType === 'FARGATE' && defined('ClockDrift', seen.clockDrift())),
      FaultInjectionEnabled: task.isFaultInjectionEnabled,
    }),
  }
}

export const containerDocument = (task: AgentTask, container: AgentContainer, seen: Seen, version: Version): ContainerDocument => {
  const { ports, volumes, health, log } = container
  const runtimeId = container.runtimeId ?? seen.runtimeId(container) ?? ''
  return {
    DockerId: toldRuntimeId(task.launchType, task.taskId, runtimeId),
    Name: container.name,
    DockerName: dockerName(task, container, runtimeId),
    Image: container.image,
    ImageID: container.imageDigest ?? '',
    ...(ports.length > 0 && {
      Ports: ports.map(({ containerPort, protocol, hostPort, hostIp }) => ({
        ContainerPort: containerPort,
        Protocol: protocol,
        ...defined('HostPort', hostPort),
        ...(version === 'v4' && defined('HostIp', hostIp)),
      })),
    }),
    Labels: { ...container.labels, ...ownLabels(task, container) },
    DesiredStatus: container.desiredStatus,
    KnownStatus: container === seen.asking ? 'RUNNING' : agentStatus(container.knownStatus),
    ...defined('ExitCode', container.exitCode),
    Limits: limitsOf(task, container),
    ...defined('CreatedAt', timeOf(container.startedAt)),
    ...defined('StartedAt', timeOf(container.startedAt)),
    ...defined('FinishedAt', timeOf(container.finishedAt)),
    Type: 'NORMAL',
    ...(health !== undefined && { Health: health === 'UNKNOWN' ? {} : { status: health } }),
    ...(volumes.length > 0 && {
      Volumes: volumes.map(({ name, source, destination }) => ({
        DockerName: name,
        ...defined('Source', source),
        Destination: destination,
      })),
    }),
    ...(version === 'v4' && log !== undefined && { LogDriver: log.driver, LogOptions: logOptionsOf(container) }),
    ...(version === 'v4' && { ContainerARN: container.containerArn }),
    Networks: [networkOf(task, seen, version)],
    ...(version === 'v4' && task.launchType === 'FARGATE' && { Snapshotter: 'overlayfs' }),
    ...(version === 'v4' && defined('RestartCount', container.restartCount)),
  }
}

/** Fewer CPU units are told as those that Docker gives. Without a limit of memory EC2's agent tells none of it as 0, Fargate's leaves it out. */
const limitsOf = ({ launchType }: AgentTask, { cpu, memory }: AgentContainer): ContainerDocument['Limits'] => ({
  CPU: Math.max(cpu, fewestCpuUnits),
  ...((memory > 0 || launchType !== 'FARGATE') && { Memory: memory }),
})
const fewestCpuUnits = 2

/** With the stream that it was given, as the real agent has it. */
const logOptionsOf = ({ log, awslogs }: AgentContainer): Readonly<Record<string, string>> => ({
  ...log?.options,
  ...(awslogs?.stream !== undefined && { 'awslogs-stream': awslogs.stream }),
})

const networkOf = ({ networkMode, address, networkInterface }: AgentTask, { caller }: Seen, version: Version): NetworkDocument => ({
  NetworkMode: networkMode,
  ...(networkMode !== 'host' && { IPv4Addresses: [address ?? caller] }),
  ...(version === 'v4' &&
    networkMode === 'awsvpc' && {
      AttachmentIndex: 0,
      ...defined('MACAddress', networkInterface?.macAddress),
      ...defined('PrivateDNSName', networkInterface?.privateDnsName),
    }),
})

/** EC2's agent knows its cluster by the name that it was started with, Fargate's by ARN. */
const clusterOf = ({ launchType, clusterArn, clusterName }: AgentTask): string => (launchType === 'FARGATE' ? clusterArn : clusterName)

const ownLabels = (task: AgentTask, container: AgentContainer): Readonly<Record<string, string>> => ({
  'com.amazonaws.ecs.cluster': clusterOf(task),
  'com.amazonaws.ecs.container-name': container.name,
  'com.amazonaws.ecs.task-arn': task.taskArn,
  'com.amazonaws.ecs.task-definition-family': task.family,
  'com.amazonaws.ecs.task-definition-version': String(task.revision),
})

/** The agent's own statuses: what has not begun is NONE, and what is about to end still RUNNING. */
const agentStatus = (status: string): string => {
  if (status === 'STOPPED') return 'STOPPED'
  return status === 'PROVISIONING' || status === 'PENDING' || status === 'ACTIVATING' ? 'NONE' : 'RUNNING'
}

/** A task whose one container asks runs already. */
const statusOf = (task: AgentTask, { asking }: Seen): string => {
  const isRunning = asking !== undefined && task.containers.every(each => each === asking || each.knownStatus !== 'PENDING')
  return isRunning ? 'RUNNING' : agentStatus(task.knownStatus)
}

const timeOf = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined ? undefined : new Date(milliseconds).toISOString()

const defined = <Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } => {
  const made: { [Key in Name]?: Value } = {}
  if (value !== undefined) made[name] = value
  return made
}
