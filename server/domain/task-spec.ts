import { agentUrl, defaultAccount } from '../../shared/names.ts'
import { taskAccessKeyId } from '../../shared/access-keys.ts'
import type { ContainerDefinition, ContainerOverride, KeyValuePair, NetworkBinding, PortMapping } from '../aws/generated/ecs.ts'
import type { ContainerSecrets, TaskSpec } from '../runtime/runtime.ts'
import type { ClusterRow, TaskDefinitionRow, TaskRow } from '../store/tables.ts'
import { isRouted, optionVariable, routedContainers, routerOf } from './firelens.ts'
import { bindingsOf } from './host-ports.ts'
import { portsOfRange } from './host-ports-range.ts'
import { cpuUnits, memoryMiB } from './task-spec-size.ts'

export interface TaskSpecSettings {
  /** AWS_ENDPOINT_URL of every container. */
  readonly endpointUrl: string
  /** What an account's tasks sign with; any is taken where it is not said. */
  readonly secretAccessKey?: (account: string) => string
  /** Whether an agent on each node answers containers at 169.254.170.2. */
  readonly hasAgent?: boolean
  /** Whether signatures are verified, which those of a role's credentials cannot be: STS at the backend made them. */
  readonly areKeysVerified?: boolean
}

/**
 * What a runtime is to start for a task: its definition with the task's overrides applied, AWS' environment added and
 * its host ports put in. Pure: the same row gives the same answer after a restart.
 *
 * Where it differs from AWS: AWS_ENDPOINT_URL, region and credentials are in the environment, so that an SDK finds
 * kecs. What the definition, an override, an environment file or a secret of the container sets is left as it is.
 *
 * @param secrets what was fetched for the task, by its containers' names
 */
export const taskSpec = (
  row: TaskRow,
  definition: TaskDefinitionRow,
  cluster: ClusterRow,
  settings: TaskSpecSettings,
  secrets: TaskSpec['secrets'] = {},
): TaskSpec => {
  const { task } = row
  const { taskDefinition } = definition
  const launchType = launchTypeOf(row)
  const networkMode = taskDefinition.networkMode ?? 'bridge'
  const cpu = sizeOf(task.overrides?.cpu, taskDefinition.cpu, cpuUnits)
  const memory = sizeOf(task.overrides?.memory, taskDefinition.memory, memoryMiB)
  const storage = task.overrides?.ephemeralStorage ?? taskDefinition.ephemeralStorage
  const overridden = overriddenContainers(row, definition)
  const given = withSecretOptions(secrets, overridden)
  const common = awsEnvironment(row, launchType, settings)
  const credentials = credentialsEnvironment(row, definition, settings)
  return {
    taskArn: task.taskArn,
    taskId: row.taskId,
    namespace: row.namespace,
    clusterArn: cluster.cluster.clusterArn,
    clusterName: cluster.cluster.clusterName,
    family: taskDefinition.family,
    revision: taskDefinition.revision,
    launchType,
    networkMode,
    ...(taskDefinition.pidMode === undefined ? {} : { pidMode: taskDefinition.pidMode }),
    ...(taskDefinition.ipcMode === undefined ? {} : { ipcMode: taskDefinition.ipcMode }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(storage === undefined ? {} : { ephemeralStorage: storage.sizeInGiB }),
    containers: routedContainers(overridden, networkMode).map(container => ({
      ...container,
      environment: withDefaults(
        container,
        [...common, ...credentials, ...agentEnvironment(row, container, settings)],
        given[container.name ?? ''],
      ),
      portMappings: boundPorts(container, networkMode, row),
    })),
    ...(Object.keys(given).length === 0 ? {} : { secrets: given }),
    ...(taskDefinition.volumes === undefined ? {} : { volumes: taskDefinition.volumes }),
    ...(row.nodeName === undefined ? {} : { nodeName: row.nodeName }),
    ...(settings.hasAgent === true ? { areLogsDelivered: true } : {}),
    tags: Object.fromEntries(row.tags.flatMap(({ key, value }) => (key === undefined ? [] : [[key, value ?? '']]))),
  }
}

/** Secret options of containers whose lines a router takes are variables of the router's, to which its configuration refers. */
const withSecretOptions = (
  secrets: NonNullable<TaskSpec['secrets']>,
  containers: readonly ContainerDefinition[],
): NonNullable<TaskSpec['secrets']> => {
  const router = routerOf(containers)
  if (router === undefined) return secrets
  const variables = containers
    .filter(isRouted)
    .flatMap(({ name = '' }) =>
      Object.entries(secrets[name]?.logOptions ?? {}).map(([option, value]) => [optionVariable(option, name, containers), value] as const),
    )
  if (variables.length === 0) return secrets
  const own = secrets[router.name] ?? { environment: {}, logOptions: {} }
  return { ...secrets, [router.name]: { ...own, environment: { ...own.environment, ...Object.fromEntries(variables) } } }
}

const launchTypeOf = (row: TaskRow): TaskSpec['launchType'] => {
  const { launchType } = row.task
  return launchType === 'FARGATE' || launchType === 'EXTERNAL' ? launchType : 'EC2'
}

const sizeOf = (
  override: string | undefined,
  defined: string | undefined,
  parse: (text: string) => number | undefined,
): number | undefined => parse(override ?? '') ?? parse(defined ?? '')

/** The containers of a task's definition as the task runs them. */
export const overriddenContainers = ({ task }: TaskRow, { taskDefinition }: TaskDefinitionRow): readonly ContainerDefinition[] =>
  (taskDefinition.containerDefinitions ?? []).map(container => {
    const override = task.overrides?.containerOverrides?.find(({ name }) => name === container.name)
    return override === undefined ? container : overrideContainer(container, override)
  })

/**
 * A container definition with a RunTask override applied. Environment variables are replaced by name and added;
 * everything else that the override names takes the place of the definition's. An empty command is none: services of
 * AWS do not tell an empty list from an absent one.
 */
export const overrideContainer = (container: ContainerDefinition, override: ContainerOverride): ContainerDefinition => ({
  ...container,
  ...(override.command === undefined || override.command.length === 0 ? {} : { command: override.command }),
  ...(override.environment === undefined ? {} : { environment: mergeEnvironment(container.environment ?? [], override.environment) }),
  ...(override.environmentFiles === undefined || override.environmentFiles.length === 0
    ? {}
    : { environmentFiles: override.environmentFiles }),
  ...(override.cpu === undefined ? {} : { cpu: override.cpu }),
  ...(override.memory === undefined ? {} : { memory: override.memory }),
  ...(override.memoryReservation === undefined ? {} : { memoryReservation: override.memoryReservation }),
  ...(override.resourceRequirements === undefined || override.resourceRequirements.length === 0
    ? {}
    : { resourceRequirements: override.resourceRequirements }),
})

/** One entry a name; the last value given for a name wins, in the place where the name first stood. */
const mergeEnvironment = (defined: readonly KeyValuePair[], override: readonly KeyValuePair[]): KeyValuePair[] => {
  const values = new Map<string, string>()
  for (const { name, value } of [...defined, ...override]) if (name !== undefined) values.set(name, value ?? '')
  return [...values].map(([name, value]) => ({ name, value }))
}

/** AWS_EXECUTION_ENV as the agent and Fargate set it; the rest is what lets any SDK reach kecs. */
const awsEnvironment = (row: TaskRow, launchType: TaskSpec['launchType'], settings: TaskSpecSettings): readonly [string, string][] => {
  const [, region = ''] = row.scope.split('/')
  return [
    ['AWS_ENDPOINT_URL', settings.endpointUrl],
    ['AWS_REGION', region],
    ['AWS_DEFAULT_REGION', region],
    ['AWS_EXECUTION_ENV', `AWS_ECS_${launchType}`],
  ]
}

/**
 * With a task role its credentials are the agent's to give, and no static ones are set, as SDKs would prefer those.
 * Without one, or where kecs verifies signatures, a task calls as its account.
 */
const credentialsEnvironment = (
  row: TaskRow,
  definition: TaskDefinitionRow,
  { hasAgent = false, areKeysVerified = false, secretAccessKey }: TaskSpecSettings,
): readonly [string, string][] => {
  if (hasAgent && !areKeysVerified && row.agentIds !== undefined && taskRoleOf(row, definition) !== undefined) {
    return [['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', `/v2/credentials/${row.agentIds.credentials}`]]
  }
  const [account = defaultAccount] = row.scope.split('/')
  return [
    ['AWS_ACCESS_KEY_ID', taskAccessKeyId(account)],
    ['AWS_SECRET_ACCESS_KEY', secretAccessKey?.(account) ?? 'test'],
  ]
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html */
const agentEnvironment = (row: TaskRow, { name = '' }: ContainerDefinition, { hasAgent = false }: TaskSpecSettings): [string, string][] => {
  const id = row.agentIds?.containers[name]
  if (!hasAgent || id === undefined) return []
  return [
    ['ECS_CONTAINER_METADATA_URI', `${agentUrl}/v3/${id}`],
    ['ECS_CONTAINER_METADATA_URI_V4', `${agentUrl}/v4/${id}`],
    ['ECS_AGENT_URI', `${agentUrl}/api/${id}`],
  ]
}

/** The role that a task's containers call as: the override's, else the definition's. An ARN, or a role's name. */
export const taskRoleOf = ({ task }: TaskRow, { taskDefinition }: TaskDefinitionRow): string | undefined =>
  task.overrides?.taskRoleArn || taskDefinition.taskRoleArn || undefined

const withDefaults = (
  container: ContainerDefinition,
  defaults: readonly [string, string][],
  secrets: ContainerSecrets | undefined,
): KeyValuePair[] => {
  const fetched = secrets?.environment ?? {}
  const own = mergeEnvironment(container.environment ?? [], []).filter(({ name = '' }) => !Object.hasOwn(fetched, name))
  const taken = new Set([...own, ...(container.secrets ?? [])].map(({ name }) => name).concat(Object.keys(fetched)))
  return [...own, ...defaults.filter(([name]) => !taken.has(name)).map(([name, value]) => ({ name, value }))]
}

/** The container's port mappings with their host ports, a range as one mapping a port. */
const boundPorts = (container: ContainerDefinition, networkMode: TaskSpec['networkMode'], row: TaskRow): PortMapping[] => {
  const mappings = container.portMappings ?? []
  if (networkMode === 'none') return []
  const bindings = bindingsOf(row, container.name ?? '')
  return mappings.flatMap((mapping, index) => boundMapping(mapping, networkMode === 'awsvpc' ? undefined : bindings[index]))
}

/** Without a binding the task has its own address, where a port is reached as it is. */
const boundMapping = (mapping: PortMapping, binding: NetworkBinding | undefined): PortMapping[] => {
  const { containerPortRange, ...rest } = mapping
  const containerPorts = containerPortRange === undefined ? [mapping.containerPort ?? 0] : portsOfRange(containerPortRange)
  const hostPorts =
    binding === undefined
      ? containerPorts
      : binding.hostPortRange === undefined
        ? [binding.hostPort ?? 0]
        : portsOfRange(binding.hostPortRange)
  return containerPorts.map((containerPort, index) => ({
    ...rest,
    containerPort,
    hostPort: hostPorts[index] ?? containerPort,
    protocol: mapping.protocol ?? 'tcp',
  }))
}
