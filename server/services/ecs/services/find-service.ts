import { ServiceError } from '../../../aws/errors.ts'
import { services } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { serviceArnIn } from './service-name.ts'

type Within = Pick<EcsContext, 'store' | 'account' | 'region'>

/**
 * The service of a cluster that a call names, of any status. Throws ServiceNotFoundException when there is none, and
 * InvalidParameterException for what can be none.
 */
export function findService(context: Within, cluster: ClusterRow, nameOrArn: string): ServiceRow {
  const row = context.store.table(services).get(serviceArnIn(context, cluster, nameOrArn))
  if (row === undefined) throw new ServiceError('ServiceNotFoundException', 'Service not found.')
  return row
}

/** The same for calls that change a service; throws ServiceNotActiveException for one that is DRAINING or INACTIVE. */
export function findActiveService(context: Within, cluster: ClusterRow, nameOrArn: string): ServiceRow {
  const row = findService(context, cluster, nameOrArn)
  if (row.service.status !== 'ACTIVE') throw new ServiceError('ServiceNotActiveException', 'Service was not ACTIVE.')
  return row
}
