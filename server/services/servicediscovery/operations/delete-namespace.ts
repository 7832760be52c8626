import type { DeleteNamespaceRequest, DeleteNamespaceResponse } from '../../../aws/generated/servicediscovery.ts'
import { discoveryServices, namespaces } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { resourceInUse } from '../errors.ts'
import { findNamespace } from '../find.ts'
import { submit } from '../submit.ts'

/**
 * Removes a namespace that has no services.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteNamespace.html
 */
export function deleteNamespace(context: DiscoveryContext, input: DeleteNamespaceRequest): Promise<DeleteNamespaceResponse> {
  const { Arn, Id } = findNamespace(context, input.Id).namespace
  return submit(context, {
    name: 'DeleteNamespace',
    type: 'DELETE_NAMESPACE',
    request: input,
    token: undefined,
    target: Arn,
    change: transaction => {
      findNamespace(context, Arn)
      if (context.store.table(discoveryServices).count('namespace', Arn) > 0) {
        throw resourceInUse('Namespace has associated services; delete the services before deleting the namespace')
      }
      transaction.remove(namespaces, Arn)
      return { targets: { NAMESPACE: Id }, namespaceArn: Arn, namespaceId: Id }
    },
  })
}
