import type { UpdatePrivateDnsNamespaceRequest, UpdatePrivateDnsNamespaceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { updateNamespace } from '../namespace-update.ts'

/**
 * Changes a private DNS namespace's description and its start of authority's TTL: what the call leaves out stays.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdatePrivateDnsNamespace.html
 */
export const updatePrivateDnsNamespace = (
  context: DiscoveryContext,
  request: UpdatePrivateDnsNamespaceRequest,
): Promise<UpdatePrivateDnsNamespaceResponse> =>
  updateNamespace(context, {
    name: 'UpdatePrivateDnsNamespace',
    type: 'DNS_PRIVATE',
    request,
    description: request.Namespace.Description,
    soa: request.Namespace.Properties?.DnsProperties.SOA,
  })
