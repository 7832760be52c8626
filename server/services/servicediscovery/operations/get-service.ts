import type { GetServiceRequest, GetServiceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { findService } from '../find.ts'
import { showService } from '../show.ts'

/**
 * A service and how many instances it has.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_GetService.html
 */
export const getService = (context: DiscoveryContext, input: GetServiceRequest): GetServiceResponse => ({
  Service: showService(context, findService(context, input.Id)),
})
