// Services read the tables of Cloud Map in the same store.
import { ServiceError } from '../../../aws/errors.ts'
import type { ServiceConnectConfiguration, ServiceConnectService, ServiceRegistry, TaskDefinition } from '../../../aws/generated/ecs.ts'
import { discoveryServices } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow } from '../../../store/servicediscovery-tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'
import { findNamespace } from './connect.ts'

type Within = Pick<EcsContext, 'store' | 'account' | 'region'>

/**
 * Refuses service registries that tasks of a definition cannot be registered in. Throws InvalidParameterException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRegistry.html
 */
export function checkServiceRegistries({ store }: Within, registries: readonly ServiceRegistry[], definition: TaskDefinition): void {
  refuseIf(registries.length > 1, 'service registries can have at most 1 items.')
  for (const { registryArn, port, containerName, containerPort } of registries) {
    const found = registryArn === undefined ? undefined : store.table(discoveryServices).get(registryArn)
    if (registryArn === undefined || found === undefined)
      throw invalidParameter(`The service registry ${registryArn ?? ''} does not exist.`)
    const takesPort = found.service.DnsConfig?.DnsRecords.some(({ Type }) => Type === 'SRV') ?? true
    for (const [member, value] of Object.entries({ port, containerPort })) {
      refuseIf(
        value !== undefined && !takesPort,
        `The values specified for serviceRegistries do not require a value for '${member}'. Remove the value and retry. Registry: ${registryArn}`,
      )
    }
    checkRecordTypes(found, { port, containerName, containerPort }, definition)
    if (containerName === undefined) continue
    const container = definition.containerDefinitions?.find(({ name }) => name === containerName)
    if (container === undefined) throw invalidParameter(`The container ${containerName} does not exist in the task definition.`)
    refuseIf(
      containerPort !== undefined && container.portMappings?.some(mapping => mapping.containerPort === containerPort) !== true,
      `The container ${containerName} did not have a container port ${containerPort ?? ''} defined.`,
    )
  }
}

/** Refuses records that no task could have. */
function checkRecordTypes(
  { service }: DiscoveryServiceRow,
  { port, containerName, containerPort }: ServiceRegistry,
  { networkMode = 'bridge' }: TaskDefinition,
): void {
  const types = service.DnsConfig?.DnsRecords.map(({ Type }) => Type) ?? []
  const other = types.find(type => type !== 'A' && type !== 'SRV')
  refuseIf(
    other !== undefined,
    `The service registry ${service.Arn} has records of type ${other ?? ''}, and tasks have IPv4 addresses alone: A and SRV are supported.`,
  )
  refuseIf(networkMode === 'none', "Service registries are not supported with the network mode 'none'.")
  const namesContainer = containerName !== undefined && containerPort !== undefined
  refuseIf(
    networkMode !== 'awsvpc' && types.length > 0 && !namesContainer,
    "When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and 'containerPort' must be specified from the task definition.",
  )
  refuseIf(
    types.includes('SRV') && port === undefined && !namesContainer,
    "When specifying 'awsvpc' for networkMode, either 'port' or both 'containerName' and 'containerPort' must be specified for a DNS record of type SRV.",
  )
}

/**
 * Refuses a Service Connect configuration that a service of the cluster cannot have. Throws InvalidParameterException
 * and NamespaceNotFoundException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html
 */
export function checkServiceConnect(
  context: Within,
  configuration: ServiceConnectConfiguration | undefined,
  cluster: ClusterRow,
  definition: TaskDefinition,
): void {
  if (configuration?.enabled !== true) return
  const namespace = configuration.namespace ?? cluster.cluster.serviceConnectDefaults?.namespace
  if (namespace === undefined) throw invalidParameter('Namespace is missing')
  if (findNamespace(context, namespace) === undefined) {
    throw new ServiceError('NamespaceNotFoundException', "The specified namespace wasn't found.")
  }
  const { networkMode = 'bridge' } = definition
  refuseIf(
    networkMode !== 'awsvpc' && networkMode !== 'bridge',
    `Service Connect is not supported with the network mode '${networkMode}': use 'awsvpc' or 'bridge'.`,
  )
  for (const service of configuration.services ?? []) checkConnectService(service, definition)
}

const aliasLimit = 1
const dnsNamePattern = /^[a-z0-9_.][a-z0-9_.-]{0,126}$/

function checkConnectService({ portName, clientAliases = [] }: ServiceConnectService, definition: TaskDefinition): void {
  const isNamed = definition.containerDefinitions?.some(container => container.portMappings?.some(({ name }) => name === portName))
  refuseIf(isNamed !== true, `portName(${portName}) does not refer to any named PortMapping in the container definitions`)
  refuseIf(clientAliases.length > aliasLimit, `${clientAliases.length} clientAliases exceeds the max limit of ${aliasLimit}`)
  for (const { dnsName } of clientAliases) {
    refuseIf(
      dnsName !== undefined && !dnsNamePattern.test(dnsName),
      "The DNS name that you provided is invalid. The name must be a valid DNS name but doesn't need to be fully-qualified. Up to 127 characters are allowed. The characters can include lowercase letters, numbers, underscores (_), hyphens (-), and periods (.). A hyphen can't be the first character.",
    )
  }
}
