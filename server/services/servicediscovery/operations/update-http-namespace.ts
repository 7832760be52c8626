import type { UpdateHttpNamespaceRequest, UpdateHttpNamespaceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { updateNamespace } from '../namespace-update.ts'

/**
 * Changes an HTTP namespace's description.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateHttpNamespace.html
 */
export const updateHttpNamespace = (context: DiscoveryContext, request: UpdateHttpNamespaceRequest): Promise<UpdateHttpNamespaceResponse> =>
  updateNamespace(context, { name: 'UpdateHttpNamespace', type: 'HTTP', request, description: request.Namespace.Description })
