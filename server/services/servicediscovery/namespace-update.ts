// What the three operations that change a namespace have in common.
import type { NamespaceType, SOA } from '../../aws/generated/servicediscovery.ts'
import { namespaces } from '../../store/servicediscovery-tables.ts'
import type { NamespaceRow } from '../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from './context.ts'
import { refuseIf } from './errors.ts'
import { findNamespace } from './find.ts'
import { submit } from './submit.ts'

export interface NamespaceUpdate {
  /** The API operation. */
  readonly name: string
  readonly type: NamespaceType
  readonly request: { readonly Id: string; readonly UpdaterRequestId?: string | undefined }
  readonly description: string | undefined
  readonly soa?: SOA | undefined
}

/** Throws NamespaceNotFound, and InvalidInput for a namespace of another type. */
export function updateNamespace(context: DiscoveryContext, update: NamespaceUpdate): Promise<{ OperationId: string }> {
  const { name, type, request, description, soa } = update
  const { Arn, Id } = findNamespace(context, request.Id).namespace
  return submit(context, {
    name,
    type: 'UPDATE_NAMESPACE',
    request,
    token: request.UpdaterRequestId,
    target: Arn,
    change: transaction => {
      const row = findNamespace(context, Arn)
      refuseIf(row.namespace.Type !== type, `Namespace ${Id} has type ${row.namespace.Type}, not ${type}.`)
      transaction.put(namespaces, updated(row, description, soa))
      return { targets: { NAMESPACE: Id }, namespaceArn: Arn, namespaceId: Id }
    },
  })
}

function updated(row: NamespaceRow, description: string | undefined, soa: SOA | undefined): NamespaceRow {
  const { Properties: properties } = row.namespace
  return {
    ...row,
    namespace: {
      ...row.namespace,
      ...(description === undefined ? {} : { Description: description }),
      ...(soa === undefined ? {} : { Properties: { ...properties, DnsProperties: { ...properties?.DnsProperties, SOA: soa } } }),
    },
  }
}
