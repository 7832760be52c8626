import { ServiceError } from '../../../aws/errors.ts'
import type { UpdateServiceAttributesRequest, UpdateServiceAttributesResponse } from '../../../aws/generated/servicediscovery.ts'
import { discoveryServices } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { findService } from '../find.ts'

const mostAttributes = 30

/**
 * Adds attributes to a service; one that it has gets the new value.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateServiceAttributes.html
 */
export async function updateServiceAttributes(
  context: DiscoveryContext,
  input: UpdateServiceAttributesRequest,
): Promise<UpdateServiceAttributesResponse> {
  await context.store.commit(transaction => {
    const row = findService(context, input.ServiceId)
    const attributes = { ...row.attributes, ...input.Attributes }
    if (Object.keys(attributes).length > mostAttributes) {
      throw new ServiceError(
        'ServiceAttributesLimitExceededException',
        `The attribute can't be added to the service because you've exceeded the quota for the number of attributes you can add to a service: ${mostAttributes}.`,
      )
    }
    transaction.put(discoveryServices, { ...row, attributes })
  })
  return {}
}
