import type { DeleteServiceAttributesRequest, DeleteServiceAttributesResponse } from '../../../aws/generated/servicediscovery.ts'
import { discoveryServices } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { findService } from '../find.ts'

/**
 * Takes attributes from a service; those that it does not have are no error.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteServiceAttributes.html
 */
export async function deleteServiceAttributes(
  context: DiscoveryContext,
  input: DeleteServiceAttributesRequest,
): Promise<DeleteServiceAttributesResponse> {
  await context.store.commit(transaction => {
    const row = findService(context, input.ServiceId)
    const kept = Object.entries(row.attributes).filter(([name]) => !input.Attributes.includes(name))
    transaction.put(discoveryServices, { ...row, attributes: Object.fromEntries(kept) })
  })
  return {}
}
