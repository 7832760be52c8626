import type { GetNamespaceRequest, GetNamespaceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { findNamespace } from '../find.ts'
import { showNamespace } from '../show.ts'

/**
 * A namespace and how many services it has.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_GetNamespace.html
 */
export const getNamespace = (context: DiscoveryContext, input: GetNamespaceRequest): GetNamespaceResponse => ({
  Namespace: showNamespace(context, findNamespace(context, input.Id)),
})
