import type { CustomHealthStatus } from '../../aws/generated/servicediscovery.ts'
import type { DiscoveryServiceRow, InstanceRow } from '../../store/servicediscovery-tables.ts'
import type { TaskRow, TaskServiceRegistry } from '../../store/tables.ts'
import { nameInArn, parseArn } from '../arn.ts'
import { nodeMachineId } from '../container-instance.ts'
import { bindingsOf } from '../host-ports.ts'

/** What is true of Cloud Map and of where the task runs, as far as a task's instances are concerned. */
export interface InstancesAround {
  service(registryArn: string): DiscoveryServiceRow | undefined
  instance(registryArn: string, instanceId: string): InstanceRow | undefined
  /** Whether an essential container has a health check. */
  readonly isChecked: boolean
  /** The name and the address of the machine that the task runs on, once they are known. */
  readonly node: string | undefined
  readonly nodeAddress: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** All to be written in the commit of the task's row. */
export interface InstanceMoves {
  /** The row as it was given when there is nothing to do. */
  readonly row: TaskRow
  /** Instances as they are now; those that came have `isNew`. */
  readonly changed: readonly { readonly instance: InstanceRow; readonly isNew: boolean }[]
  readonly gone: readonly InstanceRow[]
}

const over: readonly string[] = ['DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'STOPPED']

/**
 * Registers a task that runs in its service's registries, tells them of its health, and deregisters one that is on its
 * way to its end. Each is done once: the row says so, and is written with the instance. Pure and level-based.
 *
 * An instance that somebody deregisters by hand is not registered again, and a health that somebody sets by hand stays
 * until the task's own changes.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
 */
export const moveInstances = (row: TaskRow, around: InstancesAround): InstanceMoves => {
  const { lastStatus, desiredStatus } = row.task
  if (row.serviceRegistries === undefined) return unmoved(row)
  if (over.includes(lastStatus)) return deregister(row, row.serviceRegistries, around)
  return lastStatus === 'RUNNING' && desiredStatus === 'RUNNING' ? tell(row, row.serviceRegistries, around) : unmoved(row)
}

const unmoved = (row: TaskRow): InstanceMoves => ({ row, changed: [], gone: [] })

const tell = (row: TaskRow, entries: readonly TaskServiceRegistry[], around: InstancesAround): InstanceMoves => {
  const health = healthOf(row, around)
  const changed: { instance: InstanceRow; isNew: boolean }[] = []
  const moved = entries.map((entry): TaskServiceRegistry => {
    const service = around.service(entry.registryArn)
    if (service === undefined || entry.told === health) return entry
    if (entry.told === undefined) {
      const attributes = attributesOf(row, entry, service, around)
      if (attributes === undefined) return entry
      changed.push({ instance: newInstance(row, entry, service, { attributes, health, now: around.now }), isNew: true })
    } else {
      const instance = around.instance(entry.registryArn, row.taskId)
      if (instance !== undefined && hasCustomHealth(service))
        changed.push({ instance: { ...instance, customHealth: health }, isNew: false })
    }
    return { ...entry, told: health }
  })
  if (moved.every((entry, index) => entry === entries[index])) return unmoved(row)
  return { row: { ...row, serviceRegistries: moved }, changed, gone: [] }
}

/** What has checks is healthy once they say so; what has none is while it runs. */
const healthOf = ({ task }: TaskRow, { isChecked }: InstancesAround): CustomHealthStatus =>
  isChecked && task.healthStatus !== 'HEALTHY' ? 'UNHEALTHY' : 'HEALTHY'

const hasCustomHealth = ({ service }: DiscoveryServiceRow): boolean => service.HealthCheckCustomConfig !== undefined

const newInstance = (
  row: TaskRow,
  { isConnect }: TaskServiceRegistry,
  service: DiscoveryServiceRow,
  {
    attributes,
    health,
    now,
  }: { readonly attributes: Readonly<Record<string, string>>; readonly health: CustomHealthStatus; readonly now: number },
): InstanceRow => ({
  scope: service.scope,
  serviceArn: service.service.Arn,
  instance: { Id: row.taskId, Attributes: attributes, CreatedByAccount: parseArn(row.task.taskArn)?.account ?? '' },
  ...(hasCustomHealth(service) ? { customHealth: health } : {}),
  ...(isConnect ? { isConnect } : {}),
  registeredAt: now,
})

/** Undefined while the task's address is not known. */
const attributesOf = (
  row: TaskRow,
  entry: TaskServiceRegistry,
  service: DiscoveryServiceRow,
  around: InstancesAround,
): Readonly<Record<string, string>> | undefined => {
  const { task, serviceArn = '' } = row
  const where = whereOf(row, entry, around)
  const needsPort = entry.isConnect === true || service.service.DnsConfig?.DnsRecords.some(({ Type }) => Type === 'SRV') === true
  if (where === undefined || (needsPort && where.port === undefined)) return undefined
  if (entry.isConnect === true) return connectAttributes(row, where)
  const isOnInstance = task.launchType === 'EC2' && around.node !== undefined
  return {
    AWS_INSTANCE_IPV4: where.address,
    ...(where.port === undefined ? {} : { AWS_INSTANCE_PORT: String(where.port) }),
    ...(task.availabilityZone === undefined ? {} : { AVAILABILITY_ZONE: task.availabilityZone }),
    REGION: parseArn(task.taskArn)?.region ?? '',
    ECS_CLUSTER_NAME: nameInArn(task.clusterArn),
    ECS_SERVICE_NAME: nameInArn(serviceArn),
    ECS_TASK_DEFINITION_FAMILY: familyOf(row),
    ...(isOnInstance ? { EC2_INSTANCE_ID: nodeMachineId(around.node) } : {}),
  }
}

/** Those of an instance that Service Connect registers. */
const connectAttributes = ({ task }: TaskRow, where: Where): Readonly<Record<string, string>> => ({
  AWS_INSTANCE_IPV4: where.address,
  AWS_INSTANCE_PORT: String(where.port ?? ''),
  ...(task.availabilityZone === undefined ? {} : { AvailabilityZone: task.availabilityZone }),
  DeploymentId: (task.startedBy ?? '').slice((task.startedBy ?? '').lastIndexOf('/') + 1),
})

const familyOf = ({ task }: TaskRow): string => /task-definition\/([^:]+):\d+$/.exec(task.taskDefinitionArn)?.[1] ?? ''

interface Where {
  readonly address: string
  readonly port: number | undefined
}

/** The task's own address, or its machine's with the host port, which is known with the first. */
const whereOf = (
  row: TaskRow,
  { containerName, containerPort, port }: TaskServiceRegistry,
  { nodeAddress }: InstancesAround,
): Where | undefined => {
  const own = row.task.containers?.flatMap(({ networkInterfaces = [] }) => networkInterfaces[0]?.privateIpv4Address ?? [])[0]
  if (own !== undefined) return { address: own, port: port ?? containerPort }
  const binding = bindingsOf(row, containerName ?? '').find(each => each.containerPort === containerPort)
  return nodeAddress === undefined ? undefined : { address: nodeAddress, port: binding?.hostPort }
}

const deregister = (row: TaskRow, entries: readonly TaskServiceRegistry[], around: InstancesAround): InstanceMoves => {
  const isToGo = ({ told, isDeregistered }: TaskServiceRegistry): boolean => told !== undefined && isDeregistered === undefined
  if (!entries.some(isToGo)) return unmoved(row)
  return {
    row: { ...row, serviceRegistries: entries.map(entry => (isToGo(entry) ? deregistered(entry, around.now) : entry)) },
    changed: [],
    gone: entries.flatMap(entry => (isToGo(entry) ? (around.instance(entry.registryArn, row.taskId) ?? []) : [])),
  }
}

const deregistered = (entry: TaskServiceRegistry, now: number): TaskServiceRegistry => ({
  ...entry,
  isDeregistered: true,
  ...(entry.isConnect === true ? { deregisteredAt: now } : {}),
})
