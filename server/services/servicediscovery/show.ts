import type { Namespace, Operation, Service } from '../../aws/generated/servicediscovery.ts'
import { isSettling } from '../../domain/settling.ts'
import { discoveryServices, instances } from '../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow, NamespaceRow, OperationRow } from '../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from './context.ts'

type Within = Pick<DiscoveryContext, 'store'>

export const showNamespace = ({ store }: Within, { namespace }: NamespaceRow): Namespace => ({
  ...namespace,
  ServiceCount: store.table(discoveryServices).count('namespace', namespace.Arn),
})

export const showService = ({ store }: Within, { service }: DiscoveryServiceRow): Service => ({
  ...service,
  InstanceCount: store.table(instances).count('service', service.Arn),
})

/** SUBMITTED until what the operation did is on disk, and PENDING for a moment then. */
export const showOperation = (
  { inFlight, clock }: Pick<DiscoveryContext, 'clock' | 'inFlight'>,
  { operation, createdAt }: OperationRow,
): OperationRow['operation'] => {
  if (inFlight.has(operation.Id)) return { ...submitted(operation), Id: operation.Id, Status: 'SUBMITTED' }
  return isSettling(createdAt, clock.now()) ? { ...submitted(operation), Id: operation.Id, Status: 'PENDING' } : operation
}

/** Nobody knows yet how it ends. */
const submitted = ({ ErrorCode: _code, ErrorMessage: _message, ...operation }: Operation): Operation => operation
