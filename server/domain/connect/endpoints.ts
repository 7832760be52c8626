import type {
  PortMapping,
  ServiceConnectClientAlias,
  ServiceConnectConfiguration,
  ServiceConnectTestTrafficRules,
  TaskDefinition,
  TimeoutConfiguration,
} from '../../aws/generated/ecs.ts'
import type { ConnectEndpointRow, ConnectProtocol } from '../../store/connect-tables.ts'

/** What one entry of a Service Connect configuration asks for, with what AWS fills in. */
export interface WantedEndpoint {
  readonly discoveryName: string
  readonly dnsName: string
  readonly port: number
  readonly protocol: ConnectProtocol
  readonly containerName: string
  readonly containerPort: number
  readonly timeout?: TimeoutConfiguration
  readonly testHeader?: NonNullable<ConnectEndpointRow['testHeader']>
}

/**
 * The endpoints of a service. One without a client alias has the port of its container, and one without a name is called
 * by discovery name and namespace. Entries whose port the task definition does not name are left out: they are refused.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectService.html
 */
export function wantedEndpoints(
  { services = [] }: Pick<ServiceConnectConfiguration, 'services'>,
  namespaceName: string,
  definition: Pick<TaskDefinition, 'containerDefinitions'>,
): readonly WantedEndpoint[] {
  return services.flatMap(({ portName, discoveryName = portName, clientAliases, timeout }) => {
    const named = namedPort(definition, portName)
    if (named === undefined) return []
    const { containerName, mapping, containerPort } = named
    const aliases: readonly ServiceConnectClientAlias[] = clientAliases?.length ? clientAliases : [{ port: containerPort }]
    return aliases.map(({ port, dnsName, testTrafficRules }) => ({
      discoveryName,
      dnsName: (dnsName ?? `${discoveryName}.${namespaceName}`).toLowerCase(),
      port,
      protocol: mapping.appProtocol ?? ('tcp' as const),
      containerName,
      containerPort,
      ...(timeout === undefined ? {} : { timeout }),
      ...(testTrafficRules === undefined ? {} : { testHeader: headerOf(testTrafficRules) }),
    }))
  })
}

const headerOf = ({ header: { name, value } }: ServiceConnectTestTrafficRules): NonNullable<WantedEndpoint['testHeader']> => ({
  name,
  ...(value === undefined ? {} : { value: value.exact }),
})

function namedPort(
  { containerDefinitions = [] }: Pick<TaskDefinition, 'containerDefinitions'>,
  portName: string,
): { readonly containerName: string; readonly containerPort: number; readonly mapping: PortMapping } | undefined {
  for (const { name: containerName = '', portMappings = [] } of containerDefinitions) {
    const mapping = portMappings.find(({ name }) => name === portName)
    if (mapping?.containerPort !== undefined) return { containerName, containerPort: mapping.containerPort, mapping }
  }
  return undefined
}

/** Whether a name can be put into the hosts file of a task: Kubernetes takes names of RFC 1123, without underscores. */
export const isHostName = (name: string): boolean =>
  name.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name)
