import type { DeleteServiceRequest, DeleteServiceResponse } from '../../../aws/generated/servicediscovery.ts'
import { discoveryServices, instances } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { resourceInUse } from '../errors.ts'
import { findService } from '../find.ts'

/**
 * Removes a service that has no instances.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteService.html
 */
export async function deleteService(context: DiscoveryContext, input: DeleteServiceRequest): Promise<DeleteServiceResponse> {
  await context.store.commit(transaction => {
    const { Arn } = findService(context, input.Id).service
    if (context.store.table(instances).count('service', Arn) > 0) {
      throw resourceInUse('Service contains registered instances; delete the instances before deleting the service')
    }
    transaction.remove(discoveryServices, Arn)
  })
  return {}
}
