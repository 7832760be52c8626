import type { UpdatePublicDnsNamespaceRequest, UpdatePublicDnsNamespaceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { updateNamespace } from '../namespace-update.ts'

/**
 * Changes a public DNS namespace's description and its start of authority's TTL: what the call leaves out stays.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdatePublicDnsNamespace.html
 */
export const updatePublicDnsNamespace = (
  context: DiscoveryContext,
  request: UpdatePublicDnsNamespaceRequest,
): Promise<UpdatePublicDnsNamespaceResponse> =>
  updateNamespace(context, {
    name: 'UpdatePublicDnsNamespace',
    type: 'DNS_PUBLIC',
    request,
    description: request.Namespace.Description,
    soa: request.Namespace.Properties?.DnsProperties.SOA,
  })
