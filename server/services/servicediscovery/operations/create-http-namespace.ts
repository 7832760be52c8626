import type { CreateHttpNamespaceRequest, CreateHttpNamespaceResponse } from '../../../aws/generated/servicediscovery.ts'
import { namespaces } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { namespaceExists, namespaceOfHttpName, nameTarget, newNamespace } from '../namespace-made.ts'
import { submit } from '../submit.ts'

/**
 * Makes a namespace whose instances are found by DiscoverInstances alone.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateHttpNamespace.html
 */
export function createHttpNamespace(context: DiscoveryContext, input: CreateHttpNamespaceRequest): Promise<CreateHttpNamespaceResponse> {
  const name = 'CreateHttpNamespace'
  return submit(context, {
    name,
    type: 'CREATE_NAMESPACE',
    request: input,
    token: input.CreatorRequestId,
    target: nameTarget(context, input.Name),
    change: (transaction, operationId) => {
      const existing = namespaceOfHttpName(context, input.Name)
      if (existing) throw namespaceExists(existing)
      const row = newNamespace(context, { operation: name, operationId, type: 'HTTP', input })
      transaction.put(namespaces, row)
      const { Arn, Id } = row.namespace
      return { targets: { NAMESPACE: Id }, namespaceArn: Arn, namespaceId: Id }
    },
  })
}
