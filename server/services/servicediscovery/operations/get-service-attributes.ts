import type { GetServiceAttributesRequest, GetServiceAttributesResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { findService } from '../find.ts'

/**
 * What a service says of itself.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_GetServiceAttributes.html
 */
export function getServiceAttributes(context: DiscoveryContext, input: GetServiceAttributesRequest): GetServiceAttributesResponse {
  const { attributes, service } = findService(context, input.ServiceId)
  return { ServiceAttributes: { ServiceArn: service.Arn, ResourceOwner: context.account, Attributes: attributes } }
}
