import type { Ids } from '../../../shared/ids.ts'
import type { LoadBalancer, ServiceRegistry, Tag } from '../../aws/generated/ecs.ts'
import type { RuntimeNode } from '../../runtime/runtime.ts'
import type { RevisionConnect, ServiceRevisionRow, ServiceRow } from '../../store/service-tables.ts'
import type { ClusterRow, TaskDefinitionRow, TaskRow } from '../../store/tables.ts'
import { parseArn } from '../arn.ts'
import { type Placer, placedOn } from '../placement.ts'
import { type PortRange, type TakenPorts, allocateHostPorts } from '../host-ports.ts'
import { providersFor } from '../task-record-capacity.ts'
import { type Capacity, type Launch, newTask } from '../task-record.ts'
import { groupOf } from './records.ts'

/** What the tasks of a deployment or task set are launched from. */
export interface LaunchSource {
  readonly service: ServiceRow
  readonly settings: Pick<
    ServiceRevisionRow['revision'],
    | 'launchType'
    | 'capacityProviderStrategy'
    | 'platformVersion'
    | 'networkConfiguration'
    | 'loadBalancers'
    | 'serviceRegistries'
    | 'volumeConfigurations'
  > & { readonly enableExecuteCommand: boolean; readonly connect?: RevisionConnect }
  /** Its id: the tasks' `startedBy`. */
  readonly startedBy: string
  readonly cluster: ClusterRow
  readonly definition: TaskDefinitionRow
  /** How many tasks it is to have, and those that it has: capacity providers are shared out among all of them. */
  readonly desiredCount: number
  readonly present: readonly TaskRow[]
}

export interface Placing {
  /** Changed: what new tasks hold is added. */
  readonly taken: TakenPorts
  readonly publishedPorts: PortRange | undefined
  readonly ids: Ids
  readonly nodes: readonly RuntimeNode[]
  /** Chooses machines for tasks that need not be on a certain one. */
  readonly placer: Placer
  /** The runtime's. */
  readonly epoch: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface Placed {
  readonly rows: readonly TaskRow[]
  /** Why the others found no place, such as `RESOURCE:PORTS`. */
  readonly failure?: string
}

/** Where one is to be: on a machine, or in an availability zone such as `us-east-1b`, in which it takes the place of another. */
export interface WantedPlace {
  readonly nodeName?: string
  readonly zone?: string
}

/** Tasks of a service, made as RunTask makes them, each on its machine where it has to be on one. */
export const placeTasks = (source: LaunchSource, wanted: readonly WantedPlace[], placing: Placing): Placed => {
  const capacities = capacitiesOf(source, wanted.length)
  const rows: TaskRow[] = []
  for (const [index, { nodeName, zone }] of wanted.entries()) {
    const { taskDefinition } = source.definition
    if (taskDefinition.runtimePlatform?.operatingSystemFamily?.startsWith('WINDOWS') === true) return { rows, failure: 'ATTRIBUTE' }
    const hostPorts = allocateHostPorts(taskDefinition, placing.taken, placing.publishedPorts)
    if (hostPorts === undefined) return { rows, failure: 'RESOURCE:PORTS' }
    placing.taken.take(hostPorts)
    const node = placing.nodes.find(({ name }) => name === nodeName) ?? placing.nodes[0]
    const launch = launchOf(source, capacities[index] ?? { launchType: 'EC2' }, placing.epoch, node?.cpuArchitecture ?? 'x86_64')
    const individual = { taskId: placing.ids.hex32(), uuid: () => placing.ids.uuid(), hostPorts, now: placing.now }
    const row = { ...newTask(launch, individual), serviceArn: source.service.service.serviceArn }
    const { loadBalancers = [], serviceRegistries = [] } = source.settings
    const whole = withConnect(withRegistries(withLoadBalancers(row, loadBalancers), serviceRegistries), source.settings.connect)
    const placed =
      nodeName === undefined
        ? placing.placer.place(zone === undefined ? whole : { ...whole, rebalances: true }, zone?.slice(-1))
        : placedOn(whole, nodeName)
    if ('failure' in placed) return { rows, failure: placed.failure }
    rows.push(placed)
  }
  return { rows }
}

const withLoadBalancers = (row: TaskRow, wanted: readonly LoadBalancer[]): TaskRow => {
  const loadBalancers = wanted.flatMap(({ targetGroupArn, containerName = '', containerPort = 0 }) =>
    targetGroupArn === undefined ? [] : { targetGroupArn, containerName, containerPort },
  )
  return loadBalancers.length === 0 ? row : { ...row, loadBalancers }
}

const withRegistries = (row: TaskRow, wanted: readonly ServiceRegistry[]): TaskRow => {
  const serviceRegistries = wanted.flatMap(({ registryArn, containerName, containerPort, port }) =>
    registryArn === undefined
      ? []
      : {
          registryArn,
          ...(containerName === undefined ? {} : { containerName }),
          ...(containerPort === undefined ? {} : { containerPort }),
          ...(port === undefined ? {} : { port }),
        },
  )
  return serviceRegistries.length === 0 ? row : { ...row, serviceRegistries }
}

/** A task is registered with Service Connect as with any other registry, and knows the endpoints of its deployment. */
const withConnect = (row: TaskRow, connect: RevisionConnect | undefined): TaskRow => {
  if (connect === undefined) return row
  const entries = connect.registries.map(({ registryArn, containerName, containerPort }) => ({
    registryArn,
    containerName,
    containerPort,
    isConnect: true as const,
  }))
  return {
    ...row,
    ...(entries.length === 0 ? {} : { serviceRegistries: [...(row.serviceRegistries ?? []), ...entries] }),
    connectEndpoints: connect.endpoints,
  }
}

const launchOf = (source: LaunchSource, capacity: Capacity, epoch: string, cpuArchitecture: Launch['cpuArchitecture']): Launch => {
  const { service, settings, cluster, definition, startedBy } = source
  const { account = '', region = '' } = parseArn(service.service.serviceArn) ?? {}
  return {
    place: { account, region },
    cluster,
    definition,
    capacity,
    group: groupOf(service.service.serviceName),
    startedBy,
    overrides: undefined,
    networkConfiguration: settings.networkConfiguration,
    volumeConfigurations: settings.volumeConfigurations,
    enableExecuteCommand: settings.enableExecuteCommand,
    tags: tagsOf(source),
    epoch,
    cpuArchitecture,
  }
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
const tagsOf = ({ service, cluster, definition }: LaunchSource): readonly Tag[] => {
  const { propagateTags, enableECSManagedTags, serviceName } = service.service
  const propagated = propagateTags === 'SERVICE' ? service.tags : propagateTags === 'TASK_DEFINITION' ? definition.tags : []
  const managed = [
    { key: 'aws:ecs:clusterName', value: cluster.cluster.clusterName },
    { key: 'aws:ecs:serviceName', value: serviceName },
  ]
  return enableECSManagedTags === true ? [...managed, ...propagated] : propagated
}

const latestPlatform = '1.4.0'

/** What each of `count` more tasks is launched on. */
const capacitiesOf = ({ settings, desiredCount, present }: LaunchSource, count: number): Capacity[] => {
  const fargate: Capacity = { launchType: 'FARGATE', platformVersion: platformOf(settings.platformVersion) }
  const strategy = settings.capacityProviderStrategy ?? []
  if (strategy.length === 0) {
    const { launchType } = settings
    const capacity = launchType === 'FARGATE' ? fargate : ({ launchType: launchType === 'EXTERNAL' ? 'EXTERNAL' : 'EC2' } as const)
    return Array.from({ length: count }, () => capacity)
  }
  const open = providersFor(Math.max(desiredCount, present.length + count), strategy)
  for (const { task } of present) {
    const index = open.indexOf(task.capacityProviderName ?? '')
    if (index >= 0) open.splice(index, 1)
  }
  return open.slice(0, count).map(capacityProviderName => ({
    ...(capacityProviderName.startsWith('FARGATE') ? fargate : { launchType: 'EC2' as const }),
    capacityProviderName,
  }))
}

const platformOf = (asked: string | undefined): string => (asked === undefined || asked === 'LATEST' ? latestPlatform : asked)
