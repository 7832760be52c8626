import { epochSeconds } from '../../shared/clock.ts'
import type {
  Attachment,
  Container,
  ContainerDefinition,
  ContainerOverride,
  NetworkConfiguration,
  Tag,
  Task,
  TaskOverride,
  TaskVolumeConfiguration,
} from '../aws/generated/ecs.ts'
import type { ClusterRow, TaskDefinitionRow, TaskRow } from '../store/tables.ts'
import { containerArn, taskArn } from './arn.ts'
import type { Place } from './arn.ts'
import { zoneName } from './node-attributes.ts'
import type { HostPorts } from './host-ports.ts'
import { cpuUnits, memoryMiB } from './task-spec-size.ts'
import { overrideContainer } from './task-spec.ts'

/** What a task is launched on, once a call's launch type and capacity provider strategy are decided. */
export interface Capacity {
  readonly launchType: 'EC2' | 'FARGATE' | 'EXTERNAL'
  readonly capacityProviderName?: string
  /** Fargate only, such as `1.4.0`. */
  readonly platformVersion?: string
}

/** What a task is launched with, whoever launches it. Validated. */
export interface Launch {
  readonly place: Place
  readonly cluster: ClusterRow
  readonly definition: TaskDefinitionRow
  readonly capacity: Capacity
  /** Such as `family:web` or `service:web`. */
  readonly group: string
  readonly startedBy: string | undefined
  readonly overrides: TaskOverride | undefined
  readonly networkConfiguration: NetworkConfiguration | undefined
  /** EBS volumes that are configured at launch. */
  readonly volumeConfigurations?: readonly TaskVolumeConfiguration[] | undefined
  readonly enableExecuteCommand: boolean
  readonly tags: readonly Tag[]
  /** The runtime's. */
  readonly epoch: string
  /** Of the machine: what a task's image runs on unless its definition names an architecture. */
  readonly cpuArchitecture: 'x86_64' | 'arm64'
  readonly clientToken?: string
  readonly requestDigest?: string
}

/** What differs between the tasks of one launch. */
export interface Individual {
  /** 32 hexadecimal digits. */
  readonly taskId: string
  /** UUIDs of the containers, of the network attachment and of what they ask the agent by. */
  readonly uuid: () => string
  readonly hostPorts: HostPorts
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** The type of attachments that stand for EBS volumes. */
export const ebsAttachment = 'AmazonElasticBlockStorage'

/** Size of a Fargate task's disk in GiB where nothing else is asked for. */
const fargateStorage = 20

/**
 * A task as RunTask answers it. What ECS learns only when the task starts is left out: health, connectivity, network
 * bindings, addresses, times.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
 */
export function newTask(launch: Launch, individual: Individual): TaskRow {
  const { place, cluster, definition, capacity } = launch
  const { taskDefinition } = definition
  const { clusterName } = cluster.cluster
  const arn = taskArn(place, clusterName, individual.taskId)
  const containers = overriddenContainers(launch)
  const task: TaskRow['task'] = {
    attachments: [...attachmentsOf(launch, individual), ...volumeAttachments(launch, individual)],
    attributes: [{ name: 'ecs.cpu-architecture', value: cpuArchitectureOf(launch) }],
    // Until it is known on which machine it runs.
    availabilityZone: zoneName(place.region),
    ...(capacity.capacityProviderName === undefined ? {} : { capacityProviderName: capacity.capacityProviderName }),
    clusterArn: cluster.cluster.clusterArn,
    containers: containers.map(container => ({
      containerArn: containerArn(place, clusterName, individual.taskId, individual.uuid()),
      taskArn: arn,
      ...newContainer(container, launch.enableExecuteCommand),
    })),
    ...sizeOf(launch, containers),
    createdAt: epochSeconds(individual.now),
    desiredStatus: 'RUNNING',
    enableExecuteCommand: launch.enableExecuteCommand,
    group: launch.group,
    lastStatus: taskDefinition.networkMode === 'awsvpc' ? 'PROVISIONING' : 'PENDING',
    launchType: capacity.launchType,
    overrides: shownOverrides(launch),
    ...(capacity.platformVersion === undefined ? {} : { platformVersion: capacity.platformVersion, platformFamily: 'Linux' }),
    ...(launch.startedBy === undefined ? {} : { startedBy: launch.startedBy }),
    taskArn: arn,
    taskDefinitionArn: taskDefinition.taskDefinitionArn,
    version: 1,
    ...storageOf(launch),
  }
  return {
    scope: cluster.scope,
    taskId: individual.taskId,
    namespace: cluster.namespace,
    task,
    tags: launch.tags,
    ...(individual.hostPorts.length === 0 ? {} : { hostPorts: individual.hostPorts }),
    agentIds: {
      credentials: individual.uuid(),
      containers: Object.fromEntries(containers.map(({ name = '' }) => [name, individual.uuid()])),
    },
    epoch: launch.epoch,
    ...(launch.clientToken === undefined ? {} : { clientToken: launch.clientToken }),
    ...(launch.requestDigest === undefined ? {} : { requestDigest: launch.requestDigest }),
  }
}

const overrideOf = (launch: Launch, name: string | undefined): ContainerOverride | undefined =>
  launch.overrides?.containerOverrides?.find(override => override.name === name)

const overriddenContainers = (launch: Launch): ContainerDefinition[] =>
  (launch.definition.taskDefinition.containerDefinitions ?? []).map(container => {
    const override = overrideOf(launch, container.name)
    return override === undefined ? container : overrideContainer(container, override)
  })

const newContainer = (container: ContainerDefinition, enableExecuteCommand: boolean): Container => ({
  name: container.name,
  image: container.image,
  lastStatus: 'PENDING',
  networkInterfaces: [],
  ...(enableExecuteCommand ? { managedAgents: [{ name: 'ExecuteCommandAgent', lastStatus: 'PENDING' }] } : {}),
  cpu: String(container.cpu ?? 0),
  ...(container.memory === undefined ? {} : { memory: String(container.memory) }),
  ...(container.memoryReservation === undefined ? {} : { memoryReservation: String(container.memoryReservation) }),
})

const attachmentsOf = ({ definition, networkConfiguration }: Launch, { uuid }: Individual): Attachment[] => {
  const subnet = networkConfiguration?.awsvpcConfiguration?.subnets[0]
  if (definition.taskDefinition.networkMode !== 'awsvpc' || subnet === undefined) return []
  return [{ id: uuid(), type: 'ElasticNetworkInterface', status: 'PRECREATED', details: [{ name: 'subnetId', value: subnet }] }]
}

/** As RunTask shows them; what a service's tasks have is always deleted with them. */
const volumeAttachments = ({ volumeConfigurations = [] }: Launch, { uuid }: Individual): Attachment[] =>
  volumeConfigurations.map(({ name, managedEBSVolume }) => ({
    id: uuid(),
    type: ebsAttachment,
    status: 'CREATED',
    details: [
      { name: 'roleArn', value: managedEBSVolume?.roleArn ?? '' },
      { name: 'volumeName', value: name },
      { name: 'deleteOnTermination', value: String(managedEBSVolume?.terminationPolicy?.deleteOnTermination ?? true) },
    ],
  }))

/** Fargate runs x86 unless the definition says otherwise; on EC2 it is the machine that decides. */
const cpuArchitectureOf = ({ definition, capacity, cpuArchitecture }: Launch): string => {
  const asked = definition.taskDefinition.runtimePlatform?.cpuArchitecture
  if (asked !== undefined) return asked.toLowerCase()
  return capacity.launchType === 'FARGATE' ? 'x86_64' : cpuArchitecture
}

/** The task's own size or, where it has none, what its containers reserve together. */
const sizeOf = ({ overrides, definition }: Launch, containers: readonly ContainerDefinition[]): Pick<Task, 'cpu' | 'memory'> => {
  const cpu = cpuUnits(overrides?.cpu ?? '') ?? cpuUnits(definition.taskDefinition.cpu ?? '')
  const memory = memoryMiB(overrides?.memory ?? '') ?? memoryMiB(definition.taskDefinition.memory ?? '')
  return {
    cpu: String(cpu ?? sum(containers.map(container => container.cpu ?? 0))),
    memory: String(memory ?? sum(containers.map(container => container.memoryReservation ?? container.memory ?? 0))),
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** ECS shows an entry for each container, whether or not something of it is overridden. */
const shownOverrides = (launch: Launch): TaskOverride => ({
  ...launch.overrides,
  containerOverrides: (launch.definition.taskDefinition.containerDefinitions ?? []).map(({ name }) => ({
    ...overrideOf(launch, name),
    name,
  })),
  inferenceAcceleratorOverrides: launch.overrides?.inferenceAcceleratorOverrides ?? [],
})

const storageOf = ({ capacity, overrides, definition }: Launch): Pick<Task, 'ephemeralStorage' | 'fargateEphemeralStorage'> => {
  if (capacity.launchType !== 'FARGATE') return {}
  const { sizeInGiB } = overrides?.ephemeralStorage ?? definition.taskDefinition.ephemeralStorage ?? { sizeInGiB: fargateStorage }
  return { ephemeralStorage: { sizeInGiB }, fargateEphemeralStorage: { sizeInGiB } }
}
