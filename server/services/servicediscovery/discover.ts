// What DiscoverInstances and DiscoverInstancesRevision have in common.
import type { DiscoverInstancesRevisionRequest } from '../../aws/generated/servicediscovery.ts'
import { discoveryServices, serviceNameKey } from '../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow, NamespaceRow } from '../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from './context.ts'
import { namespaceNotFound, serviceNotFound } from './errors.ts'
import { namespaceOfHttpName } from './namespace-made.ts'

export interface Discovered {
  readonly namespace: NamespaceRow
  readonly service: DiscoveryServiceRow
}

/** Throws NamespaceNotFound and ServiceNotFound. Another account's namespaces are not found: nothing is shared. */
export function discover(context: DiscoveryContext, input: DiscoverInstancesRevisionRequest): Discovered {
  const isOwn = input.OwnerAccount === undefined || input.OwnerAccount === context.account
  const namespace = isOwn ? namespaceOfHttpName(context, input.NamespaceName) : undefined
  if (namespace === undefined) throw namespaceNotFound()
  const service = serviceOfName(context, namespace, input.ServiceName)
  if (service === undefined) throw serviceNotFound()
  return { namespace, service }
}

/** The service of a name: in HTTP namespaces names that differ in case are different names. */
export function serviceOfName(
  { store }: Pick<DiscoveryContext, 'store'>,
  { namespace }: NamespaceRow,
  name: string,
): DiscoveryServiceRow | undefined {
  const rows = [...store.table(discoveryServices).by('name', serviceNameKey(namespace.Arn, name))]
  return namespace.Type === 'HTTP' ? rows.find(row => row.service.Name === name) : rows[0]
}
