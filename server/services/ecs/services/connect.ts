// What a deployment with Service Connect makes in its namespace.
import { epochSeconds } from '../../../../shared/clock.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { ServiceConnectConfiguration, TaskDefinition } from '../../../aws/generated/ecs.ts'
import { type WantedEndpoint, isHostName, wantedEndpoints } from '../../../domain/connect/endpoints.ts'
import { newServiceId } from '../../../domain/discovery/ids.ts'
import { discoveryServiceArn } from '../../../domain/service-discovery.ts'
import { connectNameInvalid } from '../../../domain/services/messages.ts'
import { type ConnectEndpointRow, connectEndpointKey, connectEndpoints } from '../../../store/connect-tables.ts'
import { serviceRevisions, services } from '../../../store/service-tables.ts'
import type { RevisionConnect, ServiceRow } from '../../../store/service-tables.ts'
import { discoveryServices, namespaces, serviceNameKey } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow, NamespaceRow } from '../../../store/servicediscovery-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

type Within = Pick<EcsContext, 'store' | 'account' | 'region'>

/** A namespace by its name or ARN. */
export function findNamespace({ store, account, region }: Within, nameOrArn: string): NamespaceRow | undefined {
  const table = store.table(namespaces)
  if (nameOrArn.startsWith('arn:')) return table.get(nameOrArn)
  return [...table.by('scope', scopeOf(account, region))].find(row => row.namespace.Name === nameOrArn)
}

export interface ConnectDeployment {
  readonly cluster: ClusterRow
  /** Its row as it was before the deployment. */
  readonly service: ServiceRow
  readonly configuration: ServiceConnectConfiguration
  readonly definition: Pick<TaskDefinition, 'containerDefinitions'>
}

/**
 * Makes the Cloud Map services and the endpoints that a deployment asks for, and finds those of others. Undefined where
 * it has no Service Connect. Throws NamespaceNotFoundException, and InvalidParameterException for what is another
 * service's already.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
 */
export function putConnect(
  context: EcsContext,
  transaction: Transaction,
  { cluster, service, configuration, definition }: ConnectDeployment,
): RevisionConnect | undefined {
  if (!configuration.enabled) return undefined
  const name = configuration.namespace ?? cluster.cluster.serviceConnectDefaults?.namespace ?? ''
  const namespace = findNamespace(context, name)
  if (namespace === undefined) throw new ServiceError('NamespaceNotFoundException', "The specified namespace wasn't found.")
  const wanted = wantedEndpoints(configuration, namespace.namespace.Name, definition)
  refuseRepeated(wanted, namespace)
  const { serviceArn } = service.service
  const registries = wanted.map(each => ({
    discoveryName: each.discoveryName,
    registryArn: putRegistry(context, transaction, namespace, serviceArn, each.discoveryName),
    containerName: each.containerName,
    containerPort: each.containerPort,
  }))
  const own = wanted.map((each, index) =>
    putEndpoint(context, transaction, serviceArn, namespace, each, registries[index]?.registryArn ?? ''),
  )
  const { Arn: namespaceArn } = namespace.namespace
  const others = [...context.store.table(connectEndpoints).by('namespace', namespaceArn)].filter(
    row => row.serviceArn !== serviceArn && isOffered(context, row),
  )
  return { namespaceArn, registries, own, endpoints: [...new Set([...own, ...others.map(connectEndpointKey)])] }
}

/** Discovery names, and each name and port, are unique within the namespace: also among those of one service. */
function refuseRepeated(wanted: readonly WantedEndpoint[], { namespace }: NamespaceRow): void {
  const repeatedIn = (texts: readonly string[]): string | undefined => texts.find((text, at) => texts.indexOf(text) < at)
  const name = repeatedIn(wanted.map(({ discoveryName }) => discoveryName))
  refuseIf(name !== undefined, `The discovery name ${name} is already in use in the namespace ${namespace.Name}.`)
  const alias = repeatedIn(wanted.map(({ dnsName, port }) => `${dnsName}:${port}`))
  refuseIf(alias !== undefined, `The client alias ${alias} is already in use in the namespace ${namespace.Name}.`)
}

/** The Cloud Map service of a discovery name. */
function putRegistry(
  context: EcsContext,
  transaction: Transaction,
  { namespace }: NamespaceRow,
  serviceArn: string,
  discoveryName: string,
): string {
  const rows = [...context.store.table(discoveryServices).by('name', serviceNameKey(namespace.Arn, discoveryName))]
  const found = namespace.Type === 'HTTP' ? rows.find(row => row.service.Name === discoveryName) : rows[0]
  refuseIf(
    found !== undefined && found.managedBy !== serviceArn,
    `The discovery name ${discoveryName} is already in use in the namespace ${namespace.Name}.`,
  )
  if (found !== undefined) return found.service.Arn
  const Id = newServiceId(context.ids)
  const row: DiscoveryServiceRow = {
    scope: scopeOf(context.account, context.region),
    namespaceArn: namespace.Arn,
    service: {
      Id,
      Arn: discoveryServiceArn(context, Id),
      ResourceOwner: context.account,
      Name: discoveryName,
      NamespaceId: namespace.Id,
      HealthCheckCustomConfig: { FailureThreshold: 1 },
      Type: 'HTTP',
      CreateDate: epochSeconds(context.clock.now()),
      CreatedByAccount: context.account,
    },
    attributes: {},
    tags: [{ Key: 'AmazonECSManaged', Value: 'true' }],
    instancesRevision: 1,
    requestDigest: '',
    managedBy: serviceArn,
  }
  transaction.put(discoveryServices, row)
  return row.service.Arn
}

/** The answer is its key. What served it under another discovery name serves on. */
function putEndpoint(
  { store }: EcsContext,
  transaction: Transaction,
  serviceArn: string,
  { namespace }: NamespaceRow,
  { dnsName, port, protocol, timeout, testHeader }: WantedEndpoint,
  registryArn: string,
): string {
  const key = connectEndpointKey({ namespaceArn: namespace.Arn, dnsName, port })
  const before = store.table(connectEndpoints).get(key)
  refuseIf(
    before !== undefined && before.serviceArn !== serviceArn,
    `The client alias ${dnsName}:${port} is already in use in the namespace ${namespace.Name}.`,
  )
  transaction.put(connectEndpoints, {
    namespaceArn: namespace.Arn,
    dnsName,
    port,
    serviceArn,
    registryArns: [...new Set([registryArn, ...(before?.registryArns ?? [])])],
    protocol,
    ...(timeout === undefined ? {} : { timeout }),
    ...(testHeader === undefined ? {} : { testHeader }),
  })
  return key
}

/** What the service says of those of its aliases that tasks cannot have. */
export const unresolvable = (serviceName: string, { own }: RevisionConnect): readonly string[] =>
  own
    .map(key => key.slice(key.indexOf(' ') + 1, key.lastIndexOf(':')))
    .filter(name => !isHostName(name))
    .map(name => connectNameInvalid(serviceName, name))

/** Whether its service's newest deployment still has it. */
function isOffered({ store }: Within, row: ConnectEndpointRow): boolean {
  const service = store.table(services).get(row.serviceArn)
  if (service?.service.status !== 'ACTIVE') return false
  const [newest] = service.deployments
  const connect = newest === undefined ? undefined : store.table(serviceRevisions).get(newest.serviceRevisionArn)?.connect
  return connect?.own.includes(connectEndpointKey(row)) === true
}
