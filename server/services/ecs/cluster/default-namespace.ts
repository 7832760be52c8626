// The Cloud Map namespace that a cluster's services take part in where they name none.
import { epochSeconds } from '../../../../shared/clock.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { ClusterServiceConnectDefaultsRequest } from '../../../aws/generated/ecs.ts'
import { newNamespaceId, newOperationId } from '../../../domain/discovery/ids.ts'
import { namespaceArn } from '../../../domain/service-discovery.ts'
import { namespaces } from '../../../store/servicediscovery-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import { type ClusterRow, scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findNamespace } from '../services/connect.ts'

/**
 * The namespace that is asked for as a cluster shows it, by its ARN. One of a new name is made, an HTTP namespace. Throws
 * NamespaceNotFoundException for an ARN that there is none of.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterServiceConnectDefaultsRequest.html
 */
export function putDefaultNamespace(
  context: EcsContext,
  transaction: Transaction,
  { namespace: nameOrArn }: ClusterServiceConnectDefaultsRequest,
): NonNullable<ClusterRow['cluster']['serviceConnectDefaults']> {
  const found = findNamespace(context, nameOrArn)
  if (found !== undefined) return { namespace: found.namespace.Arn }
  if (nameOrArn.startsWith('arn:')) throw new ServiceError('NamespaceNotFoundException', "The specified namespace wasn't found.")
  const Id = newNamespaceId(context.ids)
  const Arn = namespaceArn(context, Id)
  transaction.put(namespaces, {
    scope: scopeOf(context.account, context.region),
    namespace: {
      Id,
      Arn,
      ResourceOwner: context.account,
      Name: nameOrArn,
      Type: 'HTTP',
      Properties: { HttpProperties: { HttpName: nameOrArn } },
      CreateDate: epochSeconds(context.clock.now()),
    },
    httpName: nameOrArn,
    tags: [{ Key: 'AmazonECSManaged', Value: 'true' }],
    createdBy: { operation: 'CreateHttpNamespace', operationId: newOperationId(context.ids) },
  })
  return { namespace: Arn }
}
