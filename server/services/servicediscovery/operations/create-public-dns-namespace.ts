// Differs from AWS: no hosted zone is made in Route 53, though the namespace has the id of one: the cluster's DNS answers
// the names of its services inside the cluster, and nobody outside. Simulated instances have no DNS.
import type { CreatePublicDnsNamespaceRequest, CreatePublicDnsNamespaceResponse } from '../../../aws/generated/servicediscovery.ts'
import { namespaces } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { nameTarget, newNamespace } from '../namespace-made.ts'
import { submit } from '../submit.ts'

/**
 * Makes a namespace for the public DNS.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePublicDnsNamespace.html
 */
export function createPublicDnsNamespace(
  context: DiscoveryContext,
  input: CreatePublicDnsNamespaceRequest,
): Promise<CreatePublicDnsNamespaceResponse> {
  const name = 'CreatePublicDnsNamespace'
  return submit(context, {
    name,
    type: 'CREATE_NAMESPACE',
    request: input,
    token: input.CreatorRequestId,
    target: nameTarget(context, input.Name),
    change: (transaction, operationId) => {
      const soa = input.Properties?.DnsProperties.SOA
      const row = newNamespace(context, { operation: name, operationId, type: 'DNS_PUBLIC', input, soa })
      transaction.put(namespaces, row)
      const { Arn, Id } = row.namespace
      return { targets: { NAMESPACE: Id }, namespaceArn: Arn, namespaceId: Id }
    },
  })
}
