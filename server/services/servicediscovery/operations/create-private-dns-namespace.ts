// Differs from AWS: no hosted zone is made in Route 53, though the namespace has the id of one: the cluster's DNS answers
// its names, some seconds after the operation's end, to all tasks whatever their VPC; namespaces of one name are answered
// together. Simulated instances have no DNS. The VPC is taken as given.
import type { CreatePrivateDnsNamespaceRequest, CreatePrivateDnsNamespaceResponse } from '../../../aws/generated/servicediscovery.ts'
import { namespaces, zoneKey } from '../../../store/servicediscovery-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { nameTarget, newNamespace } from '../namespace-made.ts'
import { submit } from '../submit.ts'

/**
 * Makes a namespace for the DNS of a VPC. The operation fails, as Route 53 does, where the VPC has a zone of that name.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html
 */
export function createPrivateDnsNamespace(
  context: DiscoveryContext,
  input: CreatePrivateDnsNamespaceRequest,
): Promise<CreatePrivateDnsNamespaceResponse> {
  const name = 'CreatePrivateDnsNamespace'
  return submit(context, {
    name,
    type: 'CREATE_NAMESPACE',
    request: input,
    token: input.CreatorRequestId,
    target: nameTarget(context, input.Name),
    change: (transaction, operationId) => {
      const soa = input.Properties?.DnsProperties.SOA
      const row = newNamespace(context, { operation: name, operationId, type: 'DNS_PRIVATE', input, soa })
      const { Arn, Id } = row.namespace
      const changed = { targets: { NAMESPACE: Id }, namespaceArn: Arn, namespaceId: Id }
      const zone = zoneKey(scopeOf(context.account, context.region), input.Vpc, input.Name)
      if (context.store.table(namespaces).count('zone', zone) > 0) return { ...changed, failure: conflict(context, input) }
      transaction.put(namespaces, row)
      return changed
    },
  })
}

/** As Cloud Map passes Route 53's answer on. */
const conflict = ({ region, requestId }: DiscoveryContext, { Name, Vpc }: CreatePrivateDnsNamespaceRequest) => ({
  code: 'CANNOT_CREATE_HOSTED_ZONE',
  message: `The VPC that you chose, ${Vpc} in region ${region}, is already associated with another private hosted zone that has an overlapping name space, ${Name}.. (Service: AmazonRoute53; Status Code: 400; Error Code: ConflictingDomainExists; Request ID: ${requestId})`,
})
