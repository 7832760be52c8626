import type { DeleteServiceRequest, DeleteServiceResponse } from '../../../aws/generated/ecs.ts'
import { ServiceError } from '../../../aws/errors.ts'
import { services, taskSets } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { findService } from '../services/find-service.ts'
import { showService } from '../services/show-service.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/**
 * Makes a service DRAINING; the service reconciler stops what tasks it has left and makes it INACTIVE. One that is DRAINING
 * already is answered as it is.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
 */
export async function deleteService(context: EcsContext, request: DeleteServiceRequest): Promise<DeleteServiceResponse> {
  const cluster = findCluster(context, request.cluster)
  const { serviceArn, service } = await context.store.commit(transaction => {
    const found = findService(context, cluster, request.service)
    // The error for services that are not ACTIVE is not one of this operation's.
    if (found.service.status === 'INACTIVE') throw new ServiceError('ServiceNotFoundException', 'Service not found.')
    if (found.service.status === 'ACTIVE' && request.force !== true) checkIdle(context, found)
    const draining: ServiceRow = { ...found, service: { ...found.service, status: 'DRAINING', desiredCount: 0 } }
    if (found.service.status === 'ACTIVE') transaction.put(services, draining)
    return { serviceArn: found.service.serviceArn, service: showService(context, draining, { withTags: true }) }
  })
  context.wake('service', serviceArn)
  return { service }
}

/** Only a service that was scaled down, and that no deployment is under way of, is deleted without force. */
function checkIdle({ store }: EcsContext, { service, deployments }: ServiceRow): void {
  refuseIf(
    service.schedulingStrategy === 'REPLICA' && service.desiredCount > 0,
    'The service cannot be stopped while it is scaled above 0.',
  )
  refuseIf(
    deployments.length > 1 || store.table(taskSets).count('service', service.serviceArn) > 0,
    'The service cannot be stopped while deployments are active.',
  )
}
