// Differs from AWS: the status changes at once, not after about 30 seconds.
import { ServiceError } from '../../../aws/errors.ts'
import type { Unit, UpdateInstanceCustomHealthStatusRequest } from '../../../aws/generated/servicediscovery.ts'
import { instances } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { findInstance, findService } from '../find.ts'

/**
 * Tells how an instance is, where its service has a custom health check.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateInstanceCustomHealthStatus.html
 */
export async function updateInstanceCustomHealthStatus(
  context: DiscoveryContext,
  input: UpdateInstanceCustomHealthStatusRequest,
): Promise<Unit> {
  await context.store.commit(transaction => {
    const service = findService(context, input.ServiceId)
    const row = findInstance(context, service, input.InstanceId)
    if (service.service.HealthCheckCustomConfig === undefined) {
      const message = "The health check for the instance that is specified by ServiceId and InstanceId isn't a custom health check."
      throw new ServiceError('CustomHealthNotFound', message)
    }
    transaction.put(instances, { ...row, customHealth: input.Status })
  })
  return {}
}
