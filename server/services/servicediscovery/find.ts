// What a call names a namespace, service or instance by: an id, or an ARN of this account and region.
import { discoveryServiceArn, namespaceArn } from '../../domain/service-discovery.ts'
import { discoveryServices, instanceKey, instances, namespaces } from '../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow, InstanceRow, NamespaceRow } from '../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from './context.ts'
import { instanceNotFound, namespaceNotFound, serviceNotFound } from './errors.ts'

type Within = Pick<DiscoveryContext, 'store' | 'account' | 'region'>

/** Whether a row belongs to the caller: namespaces are shared with no other account. */
const isOwn = ({ account, region }: Within, arn: string): boolean => arn.split(':').slice(3, 5).join(':') === `${region}:${account}`

/** Throws NamespaceNotFound. */
export function findNamespace(context: Within, idOrArn: string): NamespaceRow {
  const arn = idOrArn.startsWith('arn:') ? idOrArn : namespaceArn(context, idOrArn)
  const row = isOwn(context, arn) ? context.store.table(namespaces).get(arn) : undefined
  if (row === undefined) throw namespaceNotFound()
  return row
}

/** Throws ServiceNotFound. */
export function findService(context: Within, idOrArn: string): DiscoveryServiceRow {
  const arn = idOrArn.startsWith('arn:') ? idOrArn : discoveryServiceArn(context, idOrArn)
  const row = isOwn(context, arn) ? context.store.table(discoveryServices).get(arn) : undefined
  if (row === undefined) throw serviceNotFound()
  return row
}

/** Throws InstanceNotFound. */
export function findInstance({ store }: Within, service: DiscoveryServiceRow, instanceId: string): InstanceRow {
  const row = store.table(instances).get(instanceKey(service.service.Arn, instanceId))
  if (row === undefined) throw instanceNotFound()
  return row
}

/** The namespace of a service, which is there as long as the service is. */
export function namespaceOfService({ store }: Within, service: DiscoveryServiceRow): NamespaceRow {
  const row = store.table(namespaces).get(service.namespaceArn)
  if (row === undefined) throw new Error(`the namespace ${service.namespaceArn} of ${service.service.Arn} is not there`)
  return row
}
